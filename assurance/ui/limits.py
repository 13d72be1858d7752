"""How often somebody may do a thing within a time: counted in the cache, so a restart forgets it."""

from django.core.cache import cache

LOOKUPS, AN_HOUR = 30, 3600


def within(name: str, *, most: int, seconds: int) -> bool:
    """Count one more attempt under this name; False once there were more than `most` within `seconds`."""
    key = f"limit:{name}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:  # it ran out between the two calls
        return bool(cache.add(key, 1, seconds))


def may_look_up(who: str) -> bool:
    """Count one more look-up of a buyer by e-mail; False once it looks like trying addresses out."""
    return within(f"lookup:{who}", most=LOOKUPS, seconds=AN_HOUR)
