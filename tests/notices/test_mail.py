"""The mail sweep: in the reader's language, in batches, retried with patience, never lost, given up in the end."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as outbox

from assurance.accounts.models import User
from assurance.notices import mail
from assurance.notices.models import Notice
from assurance.notices.services import tell
from assurance.schedule import SWEEPS
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def told(*people: User, kind: str = "order_dispatched", side: str = "buyer") -> None:
    tell(
        [p.pk for p in people], kind, about="order", about_id=1, at=NOW, number="80916059001026709", side=side
    )


@pytest.fixture
def broken(monkeypatch: Any) -> list[str]:
    """Mail to an address in this list fails."""
    addresses: list[str] = []
    whole = mail.EmailMultiAlternatives.send

    def send(self: Any, *args: Any, **kwargs: Any) -> Any:
        if set(self.to) & set(addresses):
            raise ConnectionError("the server hung up")
        return whole(self, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", send)
    return addresses


def test_each_reader_gets_text_and_html_in_their_language(settings: Any):
    settings.PORTAL_URL = "https://portal.example"
    told(factories.person("alice", language="en"), factories.person("wei", language="zh-hans"))
    assert mail.deliver(NOW) == 2
    english, chinese = outbox.outbox
    assert english.subject == "Order 80916059001026709 is on its way"
    assert "All parcels are handed over." in english.body
    assert "https://portal.example/" in english.body
    html, kind = english.alternatives[0]
    assert kind == "text/html"
    assert '<html lang="en">' in html
    assert "80916059001026709" in chinese.subject
    assert "is on its way" not in chinese.subject
    assert '<html lang="zh-Hans">' in chinese.alternatives[0][0]


@pytest.mark.parametrize(("side", "language"), [("buyer", "en"), ("seller", "zh-hans")])
def test_who_never_chose_a_language_is_written_to_in_the_surfaces(side: str, language: str):
    told(factories.person("alice"), kind="order_closed", side=side)
    assert mail.language_of(Notice.objects.get()) == language


def test_names_are_escaped_in_html_and_not_in_text():
    told(factories.person("alice", language="en", company="x"))
    User.objects.update(name="Alice <b>&")
    mail.deliver(NOW)
    sent = outbox.outbox[0]
    assert "Alice <b>&" in sent.body
    assert "Alice &lt;b&gt;&amp;" in sent.alternatives[0][0]


def test_nothing_goes_out_twice():
    told(factories.person("alice"))
    assert mail.deliver(NOW) == 1
    assert mail.deliver(NOW + MINUTE) == 0
    assert len(outbox.outbox) == 1
    assert Notice.objects.get().sent_at == NOW


def test_nothing_goes_out_before_its_time():
    told(factories.person("alice"))
    assert mail.deliver(NOW - MINUTE) == 0


def test_batches_follow_each_other_until_nothing_is_left():
    told(*(factories.person() for _ in range(7)))
    assert mail.deliver(NOW, limit=3) == 7


def test_one_bad_address_holds_up_nobody(broken: list[str]):
    people = [factories.person() for _ in range(3)]
    broken.append(people[1].email)
    told(*people)
    assert mail.deliver(NOW) == 2
    left = Notice.objects.get(sent_at=None)
    assert left.user_id == people[1].pk
    assert left.last_error == "ConnectionError: the server hung up"


def test_a_failure_is_retried_ever_later_and_given_up_after_the_eighth(broken: list[str]):
    alice = factories.person("alice")
    broken.append(alice.email)
    told(alice)
    at, waits = NOW, []
    for _ in range(mail.ATTEMPTS_AT_MOST):
        assert mail.deliver(at) == 0
        again = Notice.objects.get().next_try_at
        if again is None:
            break
        waits.append(int((again - at) / MINUTE))
        assert mail.deliver(again - timedelta(microseconds=1)) == 0
        at = again
    assert waits == [1, 2, 4, 8, 16, 32, 64]
    notice = Notice.objects.get()
    assert (notice.attempts, notice.next_try_at, notice.sent_at) == (8, None, None)
    broken.clear()
    assert mail.deliver(at + timedelta(days=365)) == 0


def test_a_mail_that_went_through_after_all_forgets_its_error(broken: list[str]):
    alice = factories.person("alice")
    broken.append(alice.email)
    told(alice)
    mail.deliver(NOW)
    broken.clear()
    assert mail.deliver(NOW + MINUTE) == 1
    assert Notice.objects.get().last_error == ""


def test_a_worker_that_died_lost_nothing():
    """Claimed and never sent: after the lease the rows come up again."""
    told(factories.person("alice"))
    mail._claim(NOW, 500)
    assert mail.deliver(NOW + MINUTE) == 0
    assert mail.deliver(NOW + mail.LEASE) == 1


def test_what_there_was_no_time_for_is_the_next_ticks(monkeypatch: Any):
    told(*(factories.person() for _ in range(4)))
    ticks = iter([0.0, *([1.0] * 2), *([99.0] * 9)])
    monkeypatch.setattr(mail, "monotonic", lambda: next(ticks))
    assert mail.deliver(NOW) == 2
    assert list(Notice.objects.filter(sent_at=None).values_list("attempts", "next_try_at")) == [(0, NOW)] * 2
    monkeypatch.undo()
    assert mail.deliver(NOW) == 2


def test_a_blocked_person_gets_no_mail_and_the_row_is_done():
    told(factories.person("alice", is_active=False))
    mail.deliver(NOW)
    assert outbox.outbox == []
    assert Notice.objects.get().sent_at == NOW


def test_the_schedule_sends_mail_and_scenarios_do_not():
    sweep = next(sweep for sweep in SWEEPS if sweep.name == "mail")
    assert sweep.run is mail.deliver
    assert sweep.outside
