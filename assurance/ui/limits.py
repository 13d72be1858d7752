"""How often somebody may do a thing within a time: counted in the cache, so a restart forgets it."""

from django.core.cache import cache


def within(name: str, *, most: int, seconds: int) -> bool:
    """Count one more attempt under this name; False once there were more than `most` within `seconds`."""
    key = f"limit:{name}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:  # it ran out between the two calls
        return bool(cache.add(key, 1, seconds))
