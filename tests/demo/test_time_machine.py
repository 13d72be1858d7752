"""Moving the demo's time: forward only, for the business clock only, with the worker at work."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone

from assurance import tasks
from assurance.accounts.models import User
from assurance.demo import due, time_machine
from assurance.demo.models import World
from assurance.heartbeats import WORKER
from assurance.kernel import clock
from assurance.kernel.days import day_of, end_of, from_day, plus
from assurance.schedule import SWEEPS
from claims import services as claims
from orders.models import Order
from sellers.services import membership
from tests import factories

DAY = timedelta(days=1)
MOVE, SIGN_IN = "/demo/time/", "/demo/sign-in/"


@pytest.fixture
def alice(demo: World) -> User:
    return factories.person("alice")


@pytest.fixture
def paid(alice: User) -> Order:
    """Paid just now, to be dispatched within six days; the supplier is a member, its staff is Ming."""
    lit = factories.seller(staff=factories.person("ming"))
    type(lit).objects.filter(pk=lit.pk).update(qualified_at=clock.now() - DAY)
    goods = factories.product(type(lit).objects.get(pk=lit.pk))
    return factories.order(alice, {goods: 10}, at=clock.now())


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that takes each task at once."""
    cache.set(WORKER, "alive", timeout=30)
    monkeypatch.setattr(tasks.sweep, "delay", tasks.sweep)


@pytest.fixture
def nobody_at_work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No worker: what is sent stays in the queue."""
    cache.delete(WORKER)
    queue: list[str] = []
    monkeypatch.setattr(tasks.sweep, "delay", queue.append)
    return queue


@pytest.mark.django_db
@pytest.mark.parametrize("address", [MOVE, "/demo/changes/", SIGN_IN])
def test_outside_the_demo_there_is_no_such_page(client: Client, address: str) -> None:
    with pytest.raises(Resolver404):
        resolve(address)
    assert client.post(address, {"by": "day", "email": "olivia@demo.example"}).status_code == 404
    assert b"tm__move" not in client.get("/account/login/").content


class TestTheClock:
    def test_moves_ahead_and_goes_on_from_there(self, demo: World) -> None:
        before = clock.now()
        time_machine.move(DAY)
        assert timedelta() <= clock.now() - before - DAY < timedelta(minutes=1)
        time_machine.move(2 * DAY)
        assert timedelta() <= clock.now() - before - 3 * DAY < timedelta(minutes=1)

    def test_refuses_to_go_back(self, demo: World) -> None:
        time_machine.move(DAY)
        with pytest.raises(ValueError, match="only moves forward"):
            time_machine.move(-timedelta(seconds=1))
        assert World.objects.get().ahead == DAY
        with pytest.raises(IntegrityError), transaction.atomic():
            World.objects.update(ahead=-DAY)

    def test_another_process_reads_it_from_the_database_when_the_cache_has_lost_it(self, demo: World) -> None:
        time_machine.move(DAY)
        cache.clear()
        assert time_machine.ahead() == DAY

    def test_real_time_stays(self, demo: World) -> None:
        time_machine.move(1000 * DAY)
        assert abs(timezone.now() - datetime.now(UTC)) < timedelta(minutes=1)


class TestTheButtons:
    @pytest.mark.parametrize(("by", "step"), [("hour", DAY / 24), ("day", DAY), ("week", 7 * DAY)])
    def test_each_goes_its_step(
        self, demo: World, client: Client, nobody_at_work: list[str], by: str, step: timedelta
    ) -> None:
        answer = client.post(MOVE, {"by": by, "next": "/account/login/"})
        assert (answer.status_code, answer.url) == (302, "/account/login/")  # type: ignore[attr-defined]
        assert abs(World.objects.get().ahead - step) < timedelta(seconds=5)

    def test_every_sweep_is_sent_to_the_worker(
        self, demo: World, client: Client, nobody_at_work: list[str]
    ) -> None:
        client.post(MOVE, {"by": "hour"})
        assert nobody_at_work == [sweep.name for sweep in SWEEPS]

    @pytest.mark.parametrize("by", ["", "back", "-1", "year"])
    def test_no_other_step(self, demo: World, client: Client, by: str) -> None:
        assert client.post(MOVE, {"by": by}).status_code == 400
        assert World.objects.get().ahead == timedelta()

    def test_only_by_pressing(self, demo: World, client: Client) -> None:
        assert client.get(MOVE).status_code == 405

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", ""])
    def test_never_leads_elsewhere(
        self, demo: World, client: Client, nobody_at_work: list[str], elsewhere: str
    ) -> None:
        assert client.post(MOVE, {"by": "hour", "next": elsewhere}).url == "/"  # type: ignore[attr-defined]

    def test_nobody_is_signed_out(self, alice: User, client: Client, nobody_at_work: list[str]) -> None:
        client.force_login(alice)
        for _ in range(4):
            client.post(MOVE, {"by": "week"})
        assert client.get("/account/settings/").status_code == 200


class TestToTheNextDeadline:
    def test_of_an_order_on_its_page(self, paid: Order, client: Client, worker: None) -> None:
        assert paid.dispatch_due is not None
        warned = from_day(clock.now(), 5)
        client.post(MOVE, {"by": "due", "next": f"/orders/{paid.number}/"})
        assert warned <= clock.now() < warned + timedelta(minutes=1)
        client.post(MOVE, {"by": "due", "next": f"/orders/{paid.number}/"})
        late = end_of(paid.dispatch_due)
        assert late <= clock.now() < late + timedelta(minutes=1)

    def test_includes_a_review_and_the_entrance(self, paid: Order, alice: User) -> None:
        at = end_of(plus(day_of(clock.now()), 6))
        claim = claims.file(order_id=paid.pk, guarantee="dispatch", user_id=alice.pk, at=at)
        assert due.next_due_of(Order.objects.get(), at) == end_of(claim.review_by)

    def test_of_the_portal_includes_membership_and_lamp(self, demo: World) -> None:
        now = clock.now()
        lit = factories.seller(member=False)
        type(lit).objects.filter(pk=lit.pk).update(qualified_at=now)
        assert due.next_due(now) == from_day(now, 181)
        membership.join(seller_id=lit.pk, consented=True, at=now)
        assert due.next_due(now) == from_day(now, 30)

    def test_says_so_when_nothing_falls_due(self, demo: World, client: Client) -> None:
        page = client.post(MOVE, {"by": "due", "next": "/account/login/"}, follow=True)
        assert "There are no more deadlines." in page.content.decode()
        assert World.objects.get().ahead == timedelta()


Page = Callable[[], str]


class TestWhatChanged:
    @pytest.fixture
    def page(self, paid: Order, client: Client) -> Page:
        client.force_login(paid.buyer)
        return lambda: client.post(
            MOVE, {"by": "week", "next": "/account/settings/"}, follow=True
        ).content.decode()

    def test_is_told_once_with_a_link_for_who_may_open_it(
        self, paid: Order, page: Page, client: Client, worker: None
    ) -> None:
        told = page()
        assert "1 order became overdue" in told
        assert f"/orders/{paid.number}/" in told
        assert "notices sent" in told
        assert "became overdue" not in client.get("/account/settings/").content.decode()

    def test_gives_a_stranger_no_link(self, paid: Order, page: Page, client: Client, worker: None) -> None:
        client.force_login(factories.person("bob"))
        told = page()
        assert "1 order became overdue" in told
        assert paid.number not in told

    def test_says_when_nothing_did(self, demo: World, client: Client, worker: None) -> None:
        page = client.post(MOVE, {"by": "hour", "next": "/account/login/"}, follow=True)
        assert "Nothing has changed." in page.content.decode()

    def test_says_when_no_worker_runs(self, page: Page, nobody_at_work: list[str]) -> None:
        told = page()
        assert "No worker is running." in told
        assert "hx-get" not in told.partition("tm__changed")[2].partition("</div>")[0]

    def test_goes_on_asking_while_the_worker_is_at_it(
        self, page: Page, client: Client, nobody_at_work: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("assurance.demo.views.WAIT_SECONDS", 0)
        cache.set(WORKER, "alive", timeout=30)
        assert 'hx-get="/demo/changes/"' in page()
        assert 'hx-get="/demo/changes/"' in client.get("/demo/changes/").content.decode()
        for name in nobody_at_work:
            tasks.sweep(name)
        assert "1 order became overdue" in client.get("/demo/changes/").content.decode()
        assert client.get("/demo/changes/").content == b""


class TestSignIn:
    @pytest.fixture(autouse=True)
    def people(self, demo: World) -> None:
        for name in ("alice", "ming", "fang"):
            User.objects.create_user(f"{name}@demo.example", "demo", name=name.title())
        User.objects.create_superuser("olivia@demo.example", "demo", name="Olivia")

    @pytest.mark.parametrize("name", ["alice", "ming", "fang", "olivia"])
    def test_one_click(self, client: Client, name: str) -> None:
        page = client.get("/account/login/").content.decode()
        assert f'value="{name}@demo.example"' in page
        answer = client.post(SIGN_IN, {"email": f"{name}@demo.example", "next": "/account/settings/"})
        assert answer.url == "/account/settings/"  # type: ignore[attr-defined]
        assert name.title() in client.get("/account/settings/").content.decode()

    def test_nobody_else(self, client: Client) -> None:
        bob = factories.person("bob")
        assert client.post(SIGN_IN, {"email": bob.email}).status_code == 404
        assert client.post(SIGN_IN).status_code == 404

    def test_never_leads_elsewhere(self, client: Client) -> None:
        answer = client.post(SIGN_IN, {"email": "alice@demo.example", "next": "https://evil.example/"})
        assert answer.url == "/"  # type: ignore[attr-defined]
