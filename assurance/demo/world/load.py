"""Loading the demo world, all or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from assurance.demo import time_machine
from assurance.demo.models import World
from assurance.demo.world import desk, programme
from assurance.demo.world.cast import PARTS, PAST_DAYS, make_cast
from assurance.demo.world.goods import make_lines, make_products, make_templates
from assurance.demo.world.offers import make_store_coupons, open_campaign
from assurance.demo.world.stage import Stage
from assurance.kernel import clock
from assurance.kernel.days import day_of, plus, start_of
from assurance.notices.models import Notice
from orders.models import Message, Unread

UNREAD = timedelta(days=2)

# What stays when the world is thrown away: the tables of Django itself and the first policy.
_KEPT = {"django_migrations", "django_content_type", "auth_permission", "kernel_policyversion"}


def is_loaded() -> bool:
    return World.objects.exists()


@transaction.atomic
def load(*, now: datetime, scale: float = 1, tell: Callable[[float], None] = lambda _share: None) -> None:
    """Make the world as it stands at `now`, its past of some 200 days included.

    One transaction: an interrupted load leaves nothing. `tell` hears the share that is done. The same `now`
    and `scale` in an empty database make the same world.
    """
    begin = start_of(plus(day_of(now), -PAST_DAYS))
    with clock.frozen(begin):
        cast = make_cast(now)
        lines = make_lines()
        catalogue = make_products(cast.sellers, at=begin)
        for part in PARTS:
            goods = [good.product for good in catalogue[part.key]]
            make_store_coupons(cast.sellers[part.key], part.key, now, at=begin)
            make_templates(cast.sellers[part.key], goods, lines, plan=part.freight, at=begin)
    stage = Stage(now, cast, catalogue)
    programme.put_on(stage, scale=scale)
    with _without_savepoints():
        stage.run(tell)
    with clock.frozen(now):
        desk.put_in_order(cast, now)
        open_campaign(cast, now)
    _close_the_past(now)
    World.objects.create(id=1, loaded_at=now)
    transaction.on_commit(time_machine.forget)


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """Nothing in a plot is refused, so there is nothing to roll back to, and no statement is spent on it.

    An error then ends the whole load, which is all or nothing anyway.
    """
    features = connection.features
    before, features.uses_savepoints = features.uses_savepoints, False
    try:
        yield
    finally:
        features.uses_savepoints = before


def _close_the_past(now: datetime) -> None:
    """The mail of the past has left, and people have read what is older than two days."""
    Notice.objects.filter(sent_at=None).update(sent_at=F("happened_at"), next_try_at=None)
    Notice.objects.filter(happened_at__lt=now - UNREAD).update(read_at=F("happened_at"))
    fresh = Message.objects.filter(at__gte=now - UNREAD).values("pk")
    Unread.objects.exclude(latest__in=fresh).delete()


def throw_away() -> None:
    """Empty every table of the portal. Only for a demo's own database."""
    with connection.cursor() as cursor:
        names = sorted(set(connection.introspection.table_names(cursor)) - _KEPT)
        quoted = ", ".join(connection.ops.quote_name(name) for name in names)
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
    time_machine.forget()
