"""Statements taken in: what fits is associated, what does not waits for a person, a repeat changes nothing."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assurance.kernel.events import Actor
from assurance.kernel.models import Deadline, Event
from assurance.kernel.money import Money
from assurance.kernel.units import ZONE
from assurance.ledger.models import AccountKind, Transfer
from assurance.ledger.queries import balance, faults
from assurance.notices.models import Notice
from logistics.models import Line
from orders.models import BankLine, BankStatement, Order, Return, TakenBack
from orders.queries.bank import judged, lines_of, reversals_of, undone_by
from orders.rules.bank.lines import UnreadableError
from orders.rules.bank.reference import reference_of
from orders.services import bank, closing, intake, payment, returns, statements, sweeps, taken_back
from sellers.models import Product
from tests import factories
from tests.factories import NOW
from tests.orders.bank.writing import Paid, camt, mt940
from tests.refusals import refused

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(days=2)
FINANCE = Actor("ops", None)


class Shop:
    """Alice's unpaid orders with one seller: 80 dollars each."""

    def __init__(self) -> None:
        self.alice = factories.person("alice")
        self.ming = factories.person("ming")
        self.seller = factories.seller("Qinghe", staff=self.ming)
        self.line: Line = factories.line()
        self.product: Product = factories.product(
            self.seller, price=8000, ships_by=factories.template(self.seller, self.line)
        )

    def order(self, **draft: Any) -> Order:
        made = factories.order(self.alice, {self.product: 1}, by=self.line, paid=False, **draft)
        payment.start(order_id=made.pk, method="tt", at=NOW)
        return made


@pytest.fixture
def shop() -> Shop:
    return Shop()


def ref(order: Order) -> str:
    return reference_of(order.number)


def take(data: bytes, name: str = "day.sta") -> BankStatement:
    statement, _ = statements.upload(name=name, data=data, at=AT, actor=FINANCE)
    statements.take_in(statement_id=statement.pk, reason="daily", at=AT, actor=FINANCE)
    intake.take_due(AT)
    statement.refresh_from_db()
    return statement


def bank_sum() -> Money:
    return balance(AccountKind.BANK)


def returns_sum() -> Money:
    return balance(AccountKind.RETURNS)


class TestTakingIn:
    @pytest.mark.parametrize("written", [mt940, camt])
    def test_what_fits_is_associated_at_once(self, shop: Shop, written: Any) -> None:
        order = shop.order()
        statement = take(written(Paid("80.00", f"MUGS {ref(order)}", reference="B-1")))
        order.refresh_from_db()
        line = BankLine.objects.get()
        assert (order.state, order.cash) == ("awaiting_dispatch", Money(80, "USD"))
        assert (line.order, line.state, line.why, line.statement) == (order, "associated", "exact", statement)
        assert (line.payer, statement.counts) == ("ALICE MORENO LLC", {"exact": 1})
        assert Transfer.objects.get(reference=line.transfer_reference).cause_id == order.pk
        assert (bank_sum(), faults()) == (Money(-80, "USD"), [])

    def test_nothing_counts_before_it_is_taken_in(self, shop: Shop) -> None:
        order = shop.order()
        statement, _ = statements.upload(name="a", data=mt940(Paid("80.00", ref(order))), at=AT)
        assert [one.code for one in judged(lines_of(statement), AT)] == ["exact"]
        assert not BankLine.objects.exists()
        assert Transfer.objects.count() == 0

    def test_the_same_file_three_times_and_its_lines_in_others_change_nothing(self, shop: Shop) -> None:
        order = shop.order()
        mine = Paid("80.00", ref(order), reference="B-1")
        for _ in range(3):
            take(mt940(mine))
        take(camt(mine))
        take(mt940(mine, Paid("5.00", "MORE", reference="B-2")))
        assert BankStatement.objects.count() == 3
        assert BankLine.objects.filter(order=order).count() == 1
        assert [s.counts for s in BankStatement.objects.order_by("id")] == [
            {"exact": 1},
            {"known": 1},
            {"known": 1, "none": 1},
        ]
        assert (bank_sum(), returns_sum()) == (Money(-80, "USD"), Money(0, "USD"))

    def test_short_money_waits_for_the_seller_who_is_told(self, shop: Shop) -> None:
        order = shop.order()
        take(mt940(Paid("75.00", ref(order))))
        assert BankLine.objects.get().state == "open"
        assert Notice.objects.get(kind="funds_waiting").user == shop.ming
        bank.associate(order_id=order.pk, at=AT)
        order.refresh_from_db()
        assert order.state == "initial_payment_to_confirm"
        take(mt940(Paid("5.00", ref(order), reference="REST")))
        order.refresh_from_db()
        assert (order.state, order.cash) == ("awaiting_dispatch", Money(80, "USD"))

    def test_two_equal_halves_on_two_days_are_both_counted(self, shop: Shop) -> None:
        order = shop.order(initial=Money(40, "USD"))
        take(mt940(Paid("40.00", ref(order), reference="B-1")))
        take(mt940(Paid("40.00", ref(order), reference="B-2", day=date(2021, 3, 17))))
        order.refresh_from_db()
        assert order.cash == Money(80, "USD")

    def test_excess_goes_back_once_associated(self, shop: Shop) -> None:
        order = shop.order()
        take(mt940(Paid("100.00", ref(order))))
        bank.associate(order_id=order.pk, at=AT)
        due = Return.objects.get()
        assert (due.amount, due.rule, due.channel) == (Money(20, "USD"), "PAY-2", "bank")
        assert (bank_sum(), returns_sum()) == (Money(-100, "USD"), Money(20, "USD"))

    def test_money_for_a_closed_order_is_marked_for_return(self, shop: Shop) -> None:
        order = shop.order()
        closing.cancel(order_id=order.pk, by="buyer", at=AT)
        statement = take(mt940(Paid("80.00", ref(order))))
        due = Return.objects.get()
        assert (due.order, due.bank_line, due.rule) == (order, BankLine.objects.get(), "ORD-3")
        assert statement.counts == {"closed": 1}
        assert returns_sum() == Money(80, "USD")

    def test_a_coupon_makes_the_exact_amount_less(self, shop: Shop) -> None:
        """What fits is the cash that the transfer's page asked for."""
        from coupons.models import Coupon

        coupon = Coupon.objects.create(
            owner=shop.alice,
            face_minor=1000,
            issued_at=NOW,
            last_day=date(2021, 6, 1),
            from_order_id=factories.order(shop.alice, {shop.product: 1}, by=shop.line).pk,
        )
        made = factories.order(shop.alice, {shop.product: 1}, by=shop.line, paid=False)
        asked = payment.start(order_id=made.pk, method="tt", coupon_id=coupon.pk, at=NOW)
        assert asked.cash == Money(70, "USD")
        take(mt940(Paid("70.00", ref(made))))
        made.refresh_from_db()
        assert (made.cash, made.coupon_part) == (Money(70, "USD"), Money(10, "USD"))

    def test_the_unclear_is_kept_without_an_order(self, shop: Shop) -> None:
        order, other = shop.order(), shop.order()
        wrong = ref(order)[:-1] + str((int(ref(order)[-1]) + 1) % 10)
        statement = take(
            mt940(
                Paid("80.00", wrong, reference="B-1"),
                Paid("80.00", f"ORDER {order.number}", reference="B-2"),
                Paid("80.00", "GOODS", reference="B-3"),
                Paid("160.00", f"{ref(order)} {ref(other)}", reference="B-4"),
                Paid("80.00", reference_of("1" * 17), reference="B-5"),
                Paid("-9.00", "FEES", reference="B-6"),
            )
        )
        assert statement.counts == {
            "broken": 1,
            "number": 1,
            "none": 1,
            "several": 1,
            "unknown": 1,
            "debit": 1,
        }
        assert not BankLine.objects.exclude(order=None, state="open").exists()
        assert bank_sum() == Money(0, "USD")

    def test_a_changed_copy_of_a_statement_credits_nobody_twice(self, shop: Shop) -> None:
        order = shop.order()
        data = mt940(Paid("80.00", ref(order), reference="B-1"))
        take(data)
        for changed in (
            data.replace(b"B-1", b"B-9"),
            data.replace(b"210316", b"210317"),
            data.replace(b"MORENO", b"M"),
        ):
            take(changed)
        order.refresh_from_db()
        assert order.cash == Money(80, "USD")
        assert (bank_sum(), returns_sum()) == (Money(-80, "USD"), Money(0, "USD"))

    def test_a_file_in_another_order_s_currency_is_left_to_finance(self, shop: Shop) -> None:
        order = shop.order()
        statement = take(mt940(Paid("80.00", ref(order)), account="DE02120300000000202051", currency="EUR"))
        assert statement.counts == {"currency": 1}

    def test_what_cannot_be_trusted_is_not_kept(self) -> None:
        with pytest.raises(UnreadableError):
            statements.upload(name="x", data=b"nonsense", at=AT)
        assert not BankStatement.objects.exists()


class TestInTheBackground:
    """Asked for by finance, done by a worker: late, in pieces, after a death, it leaves the same (TIM-3)."""

    @pytest.fixture(autouse=True)
    def piecemeal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(intake, "BATCH", 1)

    def _asked(self, *orders: Order) -> BankStatement:
        paid = [Paid("80.00", ref(order), reference=f"B-{order.pk}") for order in orders]
        statement, _ = statements.upload(name="a", data=mt940(*paid), at=AT, actor=FINANCE)
        return statements.take_in(statement_id=statement.pk, reason="r", at=AT, actor=FINANCE)

    def test_asking_counts_nothing_and_asking_twice_is_asking_once(self, shop: Shop) -> None:
        statement = self._asked(shop.order())
        statements.take_in(statement_id=statement.pk, reason="again", at=AT + timedelta(hours=1))
        statement.refresh_from_db()
        assert (statement.state, statement.done, statement.taken_at) == ("taking", 0, AT)
        assert not BankLine.objects.exists()
        assert Event.objects.filter(stream="statement", kind="asked").count() == 1

    @pytest.mark.rule("TIM-3", "PAY-2")
    def test_a_late_worker_credits_as_of_when_it_was_asked_for(self, shop: Shop) -> None:
        order = shop.order()
        self._asked(order)
        assert intake.take_due(AT - timedelta(seconds=1)) == 0
        assert intake.take_due(AT + timedelta(days=3)) == 1
        order.refresh_from_db()
        assert (order.full_met_at, BankLine.objects.get().associated_at) == (AT, AT)

    @pytest.mark.rule("TIM-3", "PAY-2")
    def test_money_does_not_come_before_what_happened_to_its_order_meanwhile(self, shop: Shop) -> None:
        order = shop.order()
        self._asked(order)
        closing.cancel(order_id=order.pk, by="buyer", at=AT + timedelta(minutes=1))
        intake.take_due(AT + timedelta(minutes=2))
        assert Return.objects.get().since == AT + timedelta(minutes=1)

    @pytest.mark.rule("TIM-3", "DSP-2")
    def test_it_does_not_complete_a_payment_before_its_other_part_came(self, shop: Shop) -> None:
        """Asked for just before midnight, while a part by card came just after it: the clock starts with the card."""
        order, midnight = shop.order(), datetime(2021, 3, 18, tzinfo=ZONE)
        factories.pay(order, at=NOW, amount=Money(20, "USD"))
        statement, _ = statements.upload(name="a", data=mt940(Paid("30.00", ref(order))), at=AT)
        before, after = midnight - timedelta(seconds=9), midnight + timedelta(seconds=9)
        statements.take_in(statement_id=statement.pk, reason="r", at=before)
        factories.pay(order, at=after, amount=Money(30, "USD"))
        assert intake.take_due(after + timedelta(minutes=1)) == 1
        order.refresh_from_db()
        assert (order.full_met_at, order.clock_started_at) == (after, after)

    @pytest.mark.rule("TIM-3", "ORD-3")
    @pytest.mark.parametrize("in_hand", [False, True])
    def test_an_order_does_not_close_while_money_asked_for_before_is_on_its_way(
        self, shop: Shop, in_hand: bool
    ) -> None:
        order = shop.order()
        closes = Deadline.objects.get(kind="left_alone", subject_id=order.pk).due_at
        statement, _ = statements.upload(name="a", data=mt940(Paid("80.00", ref(order))), at=AT)
        statements.take_in(statement_id=statement.pk, reason="r", at=closes - timedelta(seconds=9))
        mine, later = BankStatement.objects.filter(pk=statement.pk), closes + timedelta(seconds=9)
        if in_hand:
            mine.update(seen_at=timezone.now(), tries=1)
        assert sweeps.close_left_alone(later) == 0
        mine.update(seen_at=None)
        assert intake.take_due(later) == 1
        assert sweeps.close_left_alone(later) == 0
        order.refresh_from_db()
        assert (order.state, order.full_met_at) == ("awaiting_dispatch", closes - timedelta(seconds=9))

    @pytest.mark.rule("TIM-3", "ORD-3")
    def test_what_was_given_up_or_asked_for_later_holds_nothing_up(self, shop: Shop) -> None:
        failed, order = self._asked(shop.order()), shop.order()
        closes = Deadline.objects.get(kind="left_alone", subject_id=order.pk).due_at
        BankStatement.objects.filter(pk=failed.pk).update(state="failed")
        statement, _ = statements.upload(name="b", data=mt940(Paid("80.00", ref(order))), at=AT)
        statements.take_in(statement_id=statement.pk, reason="r", at=closes + timedelta(minutes=1))
        assert sweeps.close_left_alone(closes) == 2
        order.refresh_from_db()
        assert (order.state, order.closed_at) == ("closed", closes)

    def test_what_failed_is_tried_again_and_given_up_after_three_tries(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        statement = self._asked(shop.order(), shop.order(), shop.order())
        whole = bank.associate
        first = BankStatement.objects.get().lines[0]["key"]

        def fails_after_the_first(**given: Any) -> Any:
            if BankLine.objects.exclude(bank_reference=first).exists():
                raise RuntimeError("power cut")
            return whole(**given)

        monkeypatch.setattr(bank, "associate", fails_after_the_first)
        for state in ("taking", "taking", "failed"):
            with pytest.raises(RuntimeError):
                intake.take_due(AT)
            statement.refresh_from_db()
            assert (statement.state, statement.done) == (state, 1)
        assert intake.take_due(AT) == 0
        with refused("STA-1"):
            statements.discard(statement_id=statement.pk, reason="r", at=AT)
        monkeypatch.setattr(bank, "associate", whole)
        statements.take_in(statement_id=statement.pk, reason="once more", at=AT)
        assert intake.take_due(AT) == 2, "it goes on where it was"
        statement.refresh_from_db()
        assert (statement.state, statement.counts) == ("taken", {"exact": 3})
        assert bank_sum() == Money(-240, "USD")
        assert Event.objects.filter(stream="statement", kind="taken_in").count() == 1

    def test_what_a_living_run_holds_is_left_alone_and_what_a_dead_one_left_is_made_up(
        self, shop: Shop
    ) -> None:
        statement = self._asked(shop.order(), shop.order())
        mine = BankStatement.objects.filter(pk=statement.pk)
        mine.update(seen_at=timezone.now(), tries=1)
        assert intake.take_due(AT) == 0
        mine.update(seen_at=timezone.now() - 2 * intake.SILENCE)
        assert intake.take_due(AT) == 2

    def test_a_run_that_lost_its_statement_stops(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another run took it over while this one stood still; it notes nothing more."""
        statement = self._asked(shop.order(), shop.order())
        whole = bank.associate

        def taken_over(**given: Any) -> Any:
            BankStatement.objects.filter(pk=statement.pk).update(tries=2)
            return whole(**given)

        monkeypatch.setattr(bank, "associate", taken_over)
        intake.take_due(AT)
        statement.refresh_from_db()
        assert (statement.state, statement.done) == ("taking", 0)
        assert BankLine.objects.count() == 1


class TestDiscarding:
    def test_it_is_put_aside_once_and_nothing_of_it_counts(self, shop: Shop) -> None:
        statement, _ = statements.upload(name="a", data=mt940(Paid("80.00", ref(shop.order()))), at=AT)
        for _ in range(2):
            statements.discard(statement_id=statement.pk, reason="the wrong day", at=AT, actor=FINANCE)
        event = Event.objects.get(stream="statement", kind="discarded")
        assert event.data["reason"] == "the wrong day"
        with refused("STA-1"):
            statements.take_in(statement_id=statement.pk, reason="r", at=AT)
        assert intake.take_due(AT) == 0
        assert not BankLine.objects.exists()

    def test_once_asked_for_it_is_too_late(self, shop: Shop) -> None:
        statement = take(mt940(Paid("80.00", ref(shop.order()))))
        for _ in range(2):
            with refused("STA-1"):
                statements.discard(statement_id=statement.pk, reason="r", at=AT)
        waits, _ = statements.upload(name="b", data=mt940(Paid("1.00", "WHO")), at=AT)
        statements.take_in(statement_id=waits.pk, reason="r", at=AT)
        with refused("STA-1"):
            statements.discard(statement_id=waits.pk, reason="r", at=AT)

    def test_uploaded_again_it_can_be_taken_in_after_all(self, shop: Shop) -> None:
        order = shop.order()
        data = mt940(Paid("80.00", ref(order)))
        statement, _ = statements.upload(name="a", data=data, at=AT)
        statements.discard(statement_id=statement.pk, reason="r", at=AT)
        assert statements.upload(name="a", data=data, at=AT) == (statement, True)
        assert statements.upload(name="a", data=data, at=AT) == (statement, False)
        take(data)
        order.refresh_from_db()
        assert order.cash == Money(80, "USD")


class TestTakenBack:
    """PAY-2: the bank reverses a credit; it is kept for finance, and nothing is posted by itself."""

    @pytest.mark.parametrize("written", [mt940, camt])
    def test_it_is_kept_once_and_the_order_stays_as_it_was(self, shop: Shop, written: Any) -> None:
        order = shop.order()
        take(written(Paid("80.00", ref(order), reference="B-1")))
        moved = Transfer.objects.count()
        back = Paid("-80.00", f"RETURN {ref(order)}", reference="B-2", reversal=True, day=date(2021, 3, 17))
        assert take(written(back)).counts == {"taken_back": 1}
        take(written(back, Paid("1.00", "WHO", reference="B-3")))
        kept = TakenBack.objects.get()
        assert (kept.amount, kept.day, kept.settled_at) == (Money(80, "USD"), date(2021, 3, 17), None)
        order.refresh_from_db()
        assert (order.cash, Transfer.objects.count()) == (Money(80, "USD"), moved)

    def test_the_credit_that_it_names_comes_first(self, shop: Shop) -> None:
        mine, other = shop.order(), shop.order()
        take(
            mt940(
                Paid("80.00", ref(mine), reference="B-1"),
                Paid("80.00", ref(other), reference="B-2"),
                Paid("80.00", "GOODS", reference="B-3"),
                Paid("79.00", "GOODS", reference="B-4"),
            )
        )
        by_words = Paid("-80.00", f"RETURN {ref(mine)}", reference="X", reversal=True)
        by_reference = Paid("-80.00", "RETURN", reference="B-3", reversal=True)
        take(mt940(by_words, by_reference, Paid("-5.00", "FEES", reference="F")))
        first, second = TakenBack.objects.order_by("id")
        lines = dict(BankLine.objects.values_list("bank_reference", "pk"))
        pks = {key.partition(":")[0]: pk for key, pk in lines.items()}
        assert [(line.pk, named) for line, named in undone_by(first)] == [
            (pks["B-1"], True),
            (pks["B-3"], False),
            (pks["B-2"], False),
        ]
        assert [line.pk for line, named in undone_by(second) if named] == [pks["B-3"]]
        assert reversals_of(BankLine.objects.get(pk=pks["B-1"])) == [second, first]
        assert reversals_of(BankLine.objects.get(pk=pks["B-4"])) == []

    def test_it_is_settled_once_with_a_reason_and_no_money_moves(self, shop: Shop) -> None:
        take(mt940(Paid("-80.00", "RETURN", reference="B-2", reversal=True)))
        back = TakenBack.objects.get()
        for n in range(2):
            taken_back.settle(
                taken_back_id=back.pk, reason="paid again", at=AT + n * timedelta(days=1), actor=FINANCE
            )
        back.refresh_from_db()
        assert back.settled_at == AT
        assert Event.objects.get(stream="taken_back", kind="settled").data["reason"] == "paid again"
        assert Transfer.objects.count() == 0


class TestByFinance:
    def _unclear(self, amount: str = "80.00") -> BankLine:
        take(mt940(Paid(amount, "GOODS", reference=f"U{amount}")))
        return BankLine.objects.latest("id")

    def test_a_line_is_assigned_and_its_seller_associates_it(self, shop: Shop) -> None:
        order, line = shop.order(), self._unclear()
        for _ in range(2):
            bank.assign(line_id=line.pk, number=order.number, reason="the payer wrote", at=AT, actor=FINANCE)
        assert Event.objects.filter(stream="bank_line", kind="assigned").count() == 1
        assert Notice.objects.filter(kind="funds_waiting").count() == 1
        bank.associate(order_id=order.pk, at=AT)
        order.refresh_from_db()
        assert order.cash == Money(80, "USD")

    def test_no_such_order_another_currency_and_money_that_is_gone_are_refused(self, shop: Shop) -> None:
        order, line = shop.order(), self._unclear()
        with refused("PAY-2", field="number"):
            bank.assign(line_id=line.pk, number="123", reason="r", at=AT)
        euros = shop.order()
        Order.objects.filter(pk=euros.pk).update(currency="EUR")
        with refused("PAY-2", field="number"):
            bank.assign(line_id=line.pk, number=euros.number, reason="r", at=AT)
        bank.set_aside(line_id=line.pk, reason="r", at=AT)
        with refused("STA-1"):
            bank.assign(line_id=line.pk, number=order.number, reason="r", at=AT)
        with refused("STA-1"):
            bank.set_aside(line_id=line.pk, reason="r", at=AT)

    @pytest.mark.rule("MON-3")
    def test_what_somebody_assigns_at_that_moment_does_not_go_back(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else it would go back without a word on its order."""
        order, line, opened = shop.order(), self._unclear(), bank._open

        def somebody_was_faster(*given: Any) -> BankLine:
            monkeypatch.setattr(bank, "_open", opened)
            bank.assign(line_id=line.pk, number=order.number, reason="r", at=AT)
            return opened(*given)

        monkeypatch.setattr(bank, "_open", somebody_was_faster)
        with refused("STA-1"):
            bank.set_aside(line_id=line.pk, reason="r", at=AT)
        assert not Return.objects.exists()

    def test_assigned_to_a_closed_order_it_goes_back(self, shop: Shop) -> None:
        order, line = shop.order(), self._unclear()
        closing.cancel(order_id=order.pk, by="buyer", at=AT)
        bank.assign(line_id=line.pk, number=order.number, reason="r", at=AT)
        assert Return.objects.get().rule == "ORD-3"

    def test_money_is_returned_once_and_leaves_the_books(self, shop: Shop) -> None:
        line = self._unclear()
        bank.set_aside(line_id=line.pk, reason="nobody knows it", at=AT, actor=FINANCE)
        due = Return.objects.get()
        assert (due.order, due.bank_line, returns_sum()) == (None, line, Money(80, "USD"))
        for _ in range(2):
            returns.mark_returned(return_id=due.pk, reason="sent", at=AT, actor=FINANCE)
        assert (bank_sum(), returns_sum(), faults()) == (Money(0, "USD"), Money(0, "USD"), [])
        assert Event.objects.filter(stream="return", kind="returned").count() == 1

    def test_the_buyer_hears_that_money_is_on_its_way_back(self, shop: Shop) -> None:
        order = shop.order()
        closing.cancel(order_id=order.pk, by="buyer", at=AT)
        take(mt940(Paid("80.00", ref(order))))
        returns.mark_returned(return_id=Return.objects.get().pk, reason="sent", at=AT, actor=FINANCE)
        assert Notice.objects.get(kind="money_returned").user == shop.alice

    def test_what_came_through_the_gateway_goes_back_there(self, shop: Shop) -> None:
        order = factories.order(shop.alice, {shop.product: 1}, by=shop.line, paid=False)
        attempt = payment.start(order_id=order.pk, method="visa", at=NOW)
        closing.cancel(order_id=order.pk, by="buyer", at=NOW)
        payment.settle(reference=attempt.reference, outcome="succeeded", at=AT)
        due = Return.objects.get()
        assert (due.channel, due.order) == ("gateway", order)
        returns.mark_returned(return_id=due.pk, reason="sent", at=AT)
        assert balance(AccountKind.GATEWAY) == Money(0, "USD")
