"""The player of the acceptance language: what it understands, what it refuses and where, what it prints."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assurance.kernel.models import ExchangeRate
from assurance.kernel.services import keep_rates
from assurance.scenarios.reader import FormatError, instant, read
from orders.models import Order
from sellers.models import Seller

WORLD = """\
scenario: A small world
rules: [DSP-4]
world:
  sellers:
    ming: {upgraded: 2021-01-10}
    empty:
  buyers:
    alice:
    bob: {country: DE}
  lines:
    air: {mode: air, transit: {US: [5, 7]}, guaranteed: [US]}
  products:
    case: {seller: ming, price: 0.10, dispatch_days: 3, lines: [air]}
    lamp: {seller: ming, price: 20, dispatch_days: 9}
steps:
"""
FIRST_STEP = WORLD.count("\n") + 1
ORDER = """\
  - at: 2021-04-01 10:00
    order: {id: o1, buyer: alice, items: {case: 3}, line: air}
"""
PAID = f"""{ORDER}\
  - at: 2021-04-01 10:00
    pay: {{order: o1}}
"""


def written(folder: Path, steps: str, name: str = "play.yaml", head: str = WORLD) -> Path:
    path = folder / name
    path.write_text(head + steps, encoding="utf-8")
    return path


def played(*paths: Path, **options: object) -> tuple[int, list[str]]:
    """Exit status and lines printed."""
    out = StringIO()
    try:
        call_command("scenario", *paths, stdout=out, **options)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def told(folder: Path, steps: str, head: str = WORLD) -> str:
    """What is said of one play."""
    _status, lines = played(written(folder, steps, head=head))
    return lines[0]


@pytest.mark.django_db
class TestWhatIsPrinted:
    def test_a_line_for_each_file_and_a_last_line(self, tmp_path: Path) -> None:
        good = written(tmp_path, PAID, "a.yaml")
        bad = written(tmp_path, PAID + "    expect: {order o1: {total: 0.31}}\n", "b.yaml")
        broken = written(tmp_path, "  - at: noon\n", "c.yaml")
        assert played(good) == (0, [f"ok {good}", "1 passed, 0 failed"])
        assert played(good, bad, broken) == (
            1,
            [
                f"ok {good}",
                f"FAILED {bad}: line {FIRST_STEP + 4}: order o1 total: expected 0.31, found 0.30",
                f"REFUSED {broken}:{FIRST_STEP}: every step needs `at:`, a local time as 2021-03-20 23:59:59",
                "1 passed, 2 failed",
            ],
        )

    def test_folders_are_searched_through(self, tmp_path: Path) -> None:
        (tmp_path / "deep").mkdir()
        first, second = written(tmp_path / "deep", PAID, "b.yaml"), written(tmp_path, PAID, "a.yml")
        (tmp_path / "notes.txt").write_text("no play")
        status, lines = played(tmp_path)
        assert (status, sorted(lines[:-1]), lines[-1]) == (
            0,
            sorted([f"ok {first}", f"ok {second}"]),
            "2 passed, 0 failed",
        )

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no such file"):
            played(tmp_path / "none.yaml")

    def test_nothing_is_kept(self, tmp_path: Path) -> None:
        assert played(written(tmp_path, PAID))[0] == 0
        assert not Order.objects.exists()
        assert not Seller.objects.exists()

    def test_trace_tells_decisions_and_refusals_with_their_rules(self, tmp_path: Path) -> None:
        step = "  - at: 2021-04-01 10:00\n    claim: {id: k1, order: o1, guarantee: dispatch}\n    refused: DSP-4\n"
        status, lines = played(written(tmp_path, PAID + step), trace=True)
        assert status == 0
        assert any("DSP-2" in line and "dispatch_due → 2021-04-04" in line for line in lines)
        assert any("check_claim → DSP-4: " in line for line in lines)
        assert f"line {FIRST_STEP + 4}, 2021-04-01 10:00:00: claim" in lines
        assert lines[-1] == "1 passed, 0 failed"

    @pytest.mark.rule("POL-1")
    def test_other_figures(self, tmp_path: Path) -> None:
        figures = tmp_path / "figures.txt"
        figures.write_text("compensation_percent: 12.5\nscan_hours: 24\n")
        step = """\
  - at: 2021-04-05 00:00
    claim: {id: k1, order: o1, guarantee: dispatch}
    expect: {claim k1: {amount: 3.00}}
"""
        dear = PAID.replace("case: 3", "lamp: 1").replace(", line: air", ", dispatch: {days: 1}")
        play = written(tmp_path, dear + step)
        assert played(play, policy=figures)[1][-1] == "1 passed, 0 failed"
        assert played(play)[0] == 1

    @pytest.mark.rule("POL-1", "RFD-1", "DSP-5")
    def test_the_refund_window_and_the_claim_entrance_have_figures_of_their_own(self, tmp_path: Path) -> None:
        figures = tmp_path / "figures.txt"
        figures.write_text("refund_days: 10\nentrance_days: 20\n")
        steps = """\
  - at: 2021-04-05 00:00
    dispatch: {order: o1, parcel: p1}
  - at: 2021-04-05 10:00
    receive: {order: o1}
    expect: {order o1: {entrance: open, entrance_closes: 2021-04-25}}
  - at: 2021-04-16 00:00
    refund: {order: o1, amount: 0.10}
    refused: RFD-1
  - at: 2021-04-25 23:59:59
    expect: {order o1: {entrance: open}}
  - at: 2021-04-26 00:00
    expect: {order o1: {entrance: closed}}
"""
        play = written(tmp_path, PAID.replace(", line: air", ", dispatch: {days: 1}") + steps)
        assert played(play, policy=figures)[1][-1] == "1 passed, 0 failed"

    @pytest.mark.parametrize(
        ("figures", "said"),
        [
            ("coupon_day: 3\n", "no such figure: coupon_day"),
            ("coupon_days: soon\n", "soon"),
            ("coupon_days: 1.5\n", "not a whole number: 1.5"),
            ("- 1\n", "a mapping of figures"),
            ("{", "figures.txt"),
        ],
    )
    def test_figures_that_are_none(self, tmp_path: Path, figures: str, said: str) -> None:
        path = tmp_path / "figures.txt"
        path.write_text(figures)
        with pytest.raises(CommandError, match=said):
            played(written(tmp_path, PAID), policy=path)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("steps", "line", "said"),
    [
        (
            "  - at: 2021-04-01 10:00\n    joim: {seller: ming}\n",
            1,
            "no verb “joim”; the nearest known word is “join”",
        ),
        (
            "  - at: 2021-04-01 10:00\n    join: {sellr: ming}\n",
            1,
            "no “sellr” here; the nearest known word is “seller”",
        ),
        (
            "  - at: 2021-04-01 10:00\n    join: {seller: mingg}\n",
            1,
            "no seller “mingg”; the nearest known word is “ming”",
        ),
        ("  - at: 2021-04-01 10:00\n    join: ming\n", 1, "“join” takes a mapping"),
        ("  - at: 2021-04-01 10:00\n    join: {}\n", 1, "join needs “seller”"),
        ("  - at: 2021-04-01 10:00\n    jobs: on\n", 1, "the only word here is “off”"),
        ("  - at: 2021-04-01 10:00\n    refused: DSP-4\n", 1, "needs a verb and a rule"),
        (
            "  - at: 2021-04-01 10:00\n    join: {seller: ming}\n    refused: DSP-44\n",
            2,
            "nearest known word is “DSP-4”",
        ),
        (
            "  - at: 2021-04-01 10:00\n    join: {seller: ming}\n    leave: {seller: ming}\n",
            2,
            "at most one verb",
        ),
        ("  - at: 2021-04-01\n", 0, "every step needs `at:`"),
        ("  - join: {seller: ming}\n", 0, "every step needs `at:`"),
        ("  - {at: 2021-04-01 10:00}\n  - {at: 2021-04-01 09:59:59}\n", 1, "steps stand in time order"),
        ("  - noon\n", 0, "a step is a mapping"),
        ("  - {at: 2021-04-01 10:00}\n  -\n", 1, "a step is a mapping"),
        (
            "  - at: 2021-04-01 10:00\n    join: {seller: ming}\n    refused: [UPG-1]\n",
            2,
            "needs a verb and a rule",
        ),
        ("  - <<: {at: 2021-04-01 10:00}\n", 0, "no verb “<<”"),
        (
            "  - at: 2021-04-01 10:00\n    terminate: {company: ming, reason: x}\n",
            1,
            "“terminate” is not yet supported",
        ),
        ("  - at: 2021-04-01 10:00\n    reapply: {seller: ming}\n", 1, "“reapply” is not yet supported"),
        (
            "  - at: 2021-04-01 10:00\n    violation: {seller: ming, kind: x, points: 1}\n",
            1,
            "“violation” is not yet",
        ),
        (
            "  - at: 2021-04-01 10:00\n    expect: {seller ming: {points: 0}}\n",
            1,
            "“points” of a seller is not yet",
        ),
        (
            "  - at: 2021-04-01 10:00\n    expect: {seler ming: {lit: true}}\n",
            1,
            "nearest known word is “seller”",
        ),
        (
            "  - at: 2021-04-01 10:00\n    expect: {seller min: {lit: true}}\n",
            1,
            "nearest known word is “ming”",
        ),
        (
            "  - at: 2021-04-01 10:00\n    expect: {seller ming: {litt: true}}\n",
            1,
            "nearest known word is “lit”",
        ),
        ("  - at: 2021-04-01 10:00\n    expect: {seller ming: {lit: yes}}\n", 1, "“lit” holds true or false"),
        ("  - at: 2021-04-01 10:00\n    expect: {seller ming: lit}\n", 1, "“seller ming” takes a mapping"),
        (
            "  - at: 2021-04-01 10:00\n    expect: {seller ming: {qualification: activ}}\n",
            1,
            "word is “active”",
        ),
        ("  - at: 2021-04-01 10:00\n    expect: {order o9: {state: draft}}\n", 1, "no order “o9”"),
        (
            "  - at: 2021-04-01 10:00\n    expect: {jobs_change_nothing: false}\n",
            1,
            "the only word here is “true”",
        ),
        (
            ORDER + "  - at: 2021-04-01 10:00\n    pay: {order: o1, method: vissa}\n",
            3,
            "nearest known word is “visa”",
        ),
        (ORDER + "  - at: 2021-04-01 10:00\n    pay: {order: o1, coupon: c1}\n", 3, "no coupon “c1”"),
        (ORDER + ORDER, 3, "there is already “o1”"),
        (ORDER.replace("case: 3", "case: 0"), 1, "“items” holds quantities by product"),
        (ORDER.replace("{case: 3}", "{}"), 1, "“items” holds quantities by product"),
        (ORDER.replace("case: 3", "cas: 3"), 1, "nearest known word is “case”"),
        (ORDER.replace("line: air", "dispatch: {day: 2021-05-01, days: 3}"), 1, "no “days” here"),
        (ORDER.replace("line: air", "dispatch: {after: full}"), 1, "dispatch needs “days”"),
        (ORDER.replace("line: air", "dispatch: {days: 3, after: ful}"), 1, "nearest known word is “full”"),
        (ORDER.replace("line: air", "currency: euro"), 1, "the nearest known word is “EUR”"),
        (
            ORDER.replace("line: air", "currency: EUR, rate: 0"),
            1,
            "“rate” holds dollars for one unit, above 0",
        ),
        (ORDER.replace("line: air", "rate: 1.1"), 1, "a rate needs a “currency” other than USD"),
        (ORDER.replace("line: air", "destination: France"), 1, "“destination” holds a country, as US"),
        (ORDER.replace("line: air", "shipping: free"), 1, "“shipping” holds an amount of money"),
        ("  - at: 9999-12-31 23:59:59\n", 0, "there is no time 9999-12-31 23:59:59"),
        ("  - at: 2021-02-29 10:00\n", 0, "there is no time 2021-02-29 10:00"),
        ("  - at: 2021-03-14 02:30\n", 0, "2021-03-14 02:30 does not exist in America/Los_Angeles"),
        ("  - at: 2021-11-07 01:30\n", 0, "2021-11-07 01:30 occurs twice in America/Los_Angeles"),
        (ORDER.replace("line: air", "dispatch: {day: 2021-02-30}"), 1, "there is no day 2021-02-30"),
        ("  - at: 2021-04-01 10:00\n    at: 2021-04-01 11:00\n", 1, "“at” stands twice"),
    ],
)
def test_refused_with_file_line_and_nearest_word(tmp_path: Path, steps: str, line: int, said: str) -> None:
    shown = told(tmp_path, steps)
    assert shown.startswith(f"REFUSED {tmp_path / 'play.yaml'}:{FIRST_STEP + line}: ")
    assert said in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("scenario: A small world", "scenario: {a: world}", 1, "“scenario” is one sentence"),
        ("rules: [DSP-4]", "rules: [DSP-0]", 2, "no rule “DSP-0”"),
        ("rules: [DSP-4]", "rules: [[DSP-4]]", 2, "no rule “['DSP-4']”"),
        ("rules: [DSP-4]", "rules: DSP-4", 2, "“rules” takes a list"),
        ("rules:", "rule:", 2, "the nearest known word is “rules”"),
        ("  buyers:", "  buyer:", 7, "the nearest known word is “buyers”"),
        ("upgraded:", "upgradet:", 5, "the nearest known word is “upgraded”"),
        ("upgraded: 2021-01-10", "upgraded: 2021-01-10 10:00", 5, "“upgraded” holds a day"),
        ("mode: air", "mode: rail", 11, "no “rail” here"),
        ("mode: air, ", "", 11, "lines air needs “mode”"),
        ("US: [5, 7]", "US: [7, 5]", 11, "“transit” holds days by country"),
        ("US: [5, 7]", "us: [5, 7]", 11, "“transit” holds days by country"),
        (
            "guaranteed: [US]",
            "guaranteed: [DE]",
            11,
            "no country “DE” in “transit”; the nearest known word is “US”",
        ),
        ("guaranteed: [US]", "guaranteed: [1]", 11, "“guaranteed” holds a list of countries"),
        ("country: DE", "country: Germany", 9, "“country” holds a country, as US"),
        ("price: 20, ", "price: 20, count: 0, ", 14, "“count” holds a whole number from 1"),
        ("US: [5, 7]", "US: 7", 11, "“transit” holds days by country"),
        ("seller: ming, price: 20", "seller: min, price: 20", 14, "the nearest known word is “ming”"),
        ("lines: [air]", "lines: [airr]", 13, "the nearest known word is “air”"),
        ("price: 20", "price: cheap", 14, "“price” holds an amount of money"),
        ("    empty:\n", "    empty: 3\n", 6, "“empty” takes a mapping"),
        ("scenario: A small world\n", "", 1, ""),
    ],
)
def test_a_world_that_is_not_understood(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    shown = told(tmp_path, "", head=WORLD.replace(old, new, 1))
    if said:
        assert shown.startswith(f"REFUSED {tmp_path / 'play.yaml'}:{line}: ")
        assert said in shown
    else:
        assert shown.startswith("ok ")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "", "a: \t b\n"])
def test_no_scenario_at_all(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, "", head=text).startswith("REFUSED ")


def test_values_are_exact_and_times_are_local(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_text("money: 0.10\nwhole: 5\nday: 2021-03-20\nat: 2021-07-01 00:00\nno: off\nempty:\n")
    found = read(path)
    assert found == {
        "money": Decimal("0.10"),
        "whole": 5,
        "day": date(2021, 3, 20),
        "at": datetime(2021, 7, 1, 7, 0, tzinfo=UTC),
        "no": "off",
        "empty": None,
    }
    assert found.lines["day"] == 3


def test_an_instant_knows_summer_and_winter() -> None:
    assert instant("2021-03-14 01:59:59") == datetime(2021, 3, 14, 9, 59, 59, tzinfo=UTC)
    assert instant("2021-03-14 03:00") == datetime(2021, 3, 14, 10, 0, tzinfo=UTC)
    assert instant("2021-11-07 02:00") == datetime(2021, 11, 7, 10, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="does not exist"):
        instant("2021-03-14 02:00")
    with pytest.raises(ValueError, match="occurs twice"):
        instant("2021-11-07 01:00")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "play.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match=r"play\.yaml:1: "):
        read(path)


@pytest.mark.django_db
class TestWhatIsPlayed:
    @pytest.mark.rule("MON-2")
    def test_under_the_rates_that_it_gives_and_no_others(self, tmp_path: Path) -> None:
        day = instant("2021-04-01 09:00")
        keep_rates(day=date(2021, 4, 1), usd={"EUR": Decimal("1.3")}, reason="Test", at=day)
        steps = """\
  - at: 2021-04-01 10:00
    order: {id: o1, buyer: alice, items: {lamp: 5}, line: air, currency: EUR, rate: 1.1}
  - at: 2021-04-01 10:00
    pay: {order: o1}
  - at: 2021-04-12 00:00
    claim: {id: k1, order: o1, guarantee: dispatch}
    expect:
      claim k1: {amount: 11.00}
"""
        assert played(written(tmp_path, steps))[0] == 0
        assert ExchangeRate.objects.count() == 1

    def test_defaults(self, tmp_path: Path) -> None:
        steps = """\
  - at: 2021-04-11 10:00
    order: {id: o1, buyer: alice, items: {case: 3, lamp: 1}}
    expect: {order o1: {total: 20.30, state: awaiting_payment}}
  - at: 2021-04-11 10:00
    pay: {order: o1}
    expect: {order o1: {dispatch_due: 2021-04-20}, settlement o1: {buyer: 20.30}}
  - at: 2021-09-28 00:00
    expect: {seller empty: {qualification: active, upgraded: false}}
  - at: 2021-09-29 00:00
    expect: {seller empty: {qualification: suspended}}
"""
        assert told(tmp_path, steps).startswith("ok ")

    def test_a_world_without_parts_and_without_steps(self, tmp_path: Path) -> None:
        assert told(tmp_path, "", head="scenario: Nothing\nworld: {}\nsteps:\n").startswith("ok ")
        assert told(tmp_path, "", head="scenario: Nothing\n").startswith("ok ")

    def test_a_refused_id_may_be_used_again(self, tmp_path: Path) -> None:
        steps = f"""\
  - at: 2021-04-01 09:00
    order: {{id: o1, buyer: alice, items: {{case: 1}}, line: air, discount: 0.10}}
    refused: ORD-7
{ORDER}"""
        assert told(tmp_path, steps).startswith("ok ")

    def test_another_refusal_than_the_expected_one(self, tmp_path: Path) -> None:
        steps = PAID + "  - at: 2021-04-01 10:00\n    pay: {order: o1}\n    refused: PAY-1\n"
        assert "pay: expected refusal PAY-1, found STA-1: " in told(tmp_path, steps)

    def test_no_refusal_where_one_is_expected(self, tmp_path: Path) -> None:
        shown = told(tmp_path, PAID + "    refused: PAY-1\n")
        assert shown.endswith("pay: expected refusal PAY-1, found that it was done")

    def test_a_name_used_before_its_step(self, tmp_path: Path) -> None:
        early = "  - at: 2021-04-01 09:00\n    pay: {order: o1}\n"
        assert "pay: expected o1 to have been made before" in told(tmp_path, early + ORDER)
        early = "  - at: 2021-04-01 09:00\n    expect: {order o1: {state: draft}}\n"
        assert "order o1: expected that it exists" in told(tmp_path, early + ORDER)

    def test_money_that_cannot_be_is_a_difference(self, tmp_path: Path) -> None:
        shown = told(tmp_path, ORDER.replace("line: air", "line: air, currency: JPY, rate: 0.01"))
        assert "order: expected that it is allowed, found ValueError: 0.10 JPY is finer" in shown

    def test_a_world_that_cannot_be_is_a_difference(self, tmp_path: Path) -> None:
        head = WORLD.replace("dispatch_days: 9", "dispatch_days: 91")
        assert "world: expected a world that can be" in told(tmp_path, ORDER, head=head)

    def test_days_and_times_in_quotes(self, tmp_path: Path) -> None:
        steps = ORDER.replace("2021-04-01 10:00", "'2021-04-01 10:00'")
        steps = steps.replace("line: air", 'line: air, dispatch: {day: "2021-05-01"}')
        assert told(tmp_path, steps + "    expect: {order o1: {dispatch_due: '2021-05-01'}}\n").startswith(
            "ok "
        )

    def test_names_of_digits(self, tmp_path: Path) -> None:
        head = WORLD.replace("    air:", "    1:").replace("[air]", "[1]")
        assert told(tmp_path, ORDER.replace("line: air", "line: 1"), head=head).startswith("ok ")

    def test_a_buyer_names_another_seller_than_that_of_the_items(self, tmp_path: Path) -> None:
        other = ORDER.replace("line: air", "line: air, seller: empty")
        assert told(tmp_path, other + "    refused: ORD-1\n").startswith("ok ")
        assert told(tmp_path, ORDER.replace("line: air", "line: air, seller: ming")).startswith("ok ")

    def test_what_nobody_foresaw_is_a_difference_too(self, tmp_path: Path) -> None:
        early = "  - at: 0001-01-01 10:00\n"
        shown = told(tmp_path, early)
        assert "world: expected a world that can be, found OverflowError" in shown
        shown = told(tmp_path, ORDER.replace("case: 3", f"case: {10**30}"))
        assert "FAILED" in shown

    def test_jobs_run_before_a_step_unless_off(self, tmp_path: Path) -> None:
        steps = PAID + "  - at: 2021-05-01 10:00\n    jobs: off\n    expect: {jobs_change_nothing: true}\n"
        shown = told(tmp_path, steps)
        assert "jobs_change_nothing: expected no row to differ, found changes in kernel_deadline" in shown
        assert told(tmp_path, steps.replace("    jobs: off\n", "")).startswith("ok ")

    def test_prices_are_in_the_orders_currency(self, tmp_path: Path) -> None:
        steps = """\
  - at: 2021-04-01 10:00
    order: {id: o1, buyer: alice, items: {lamp: 2}, currency: EUR, rate: 1.25}
    expect: {order o1: {total: 40.00}}
  - at: 2021-04-01 10:00
    order: {id: o2, buyer: alice, items: {lamp: 2}}
    expect: {order o2: {total: 40.00}}
"""
        assert told(tmp_path, steps).startswith("ok ")

    def test_none_is_the_absence_of_a_value(self, tmp_path: Path) -> None:
        steps = (
            ORDER
            + "    expect: {order o1: {dispatch_due: none, closed_because: none, overdue_since: none}}\n"
        )
        assert told(tmp_path, steps).startswith("ok ")
        assert "expected none, found awaiting_payment" in told(
            tmp_path, ORDER + "    expect: {order o1: {state: none}}\n"
        )
