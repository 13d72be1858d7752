"""docs/rules.md is true, and no rule in force is without code or without a test."""

from pathlib import Path

import pytest
from django.conf import settings

from assurance.kernel.rulebook import TITLES
from assurance.scenarios import register

ROOT = Path(settings.BASE_DIR)

# What the portal decides so far, by group; each needs a deciding function and a test or a play.
IN_FORCE = {
    "TIM": "123",
    "MON": "123",
    "POL": "1",
    "QUA": "12346",
    "UPG": "1234",
    "LOG": "123456",
    "ORD": "12345678",
    "PAY": "1234",
    "DSP": "1234567",
    "DLV": "1234567",
    "CLM": "123456",
    "CPN": "123456",
    "REC": "123",
    "RFD": "123",
    "STA": "1",
}
RULES = [f"{group}-{number}" for group, numbers in IN_FORCE.items() for number in numbers]


@pytest.fixture(scope="module")
def proofs():
    """What decides and what shows each rule."""
    decided = register.functions_by_rule(ROOT)
    return decided, register.tests_by_rule(ROOT), register.plays_by_rule(ROOT)


def test_the_page_is_up_to_date():
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == register.page(), "run `.venv/bin/python manage.py rules_doc` and commit docs/rules.md"


@pytest.mark.parametrize("id_", RULES)
def test_a_rule_in_force_has_code_and_proof(id_, proofs):
    decided, tests, plays = proofs
    assert decided.get(id_), f"nothing decides {id_}"
    assert tests.get(id_) or plays.get(id_), f"nothing shows {id_}"


def test_every_named_rule_is_in_the_rulebook(proofs):
    _decided, tests, plays = proofs
    assert {*tests, *plays} <= set(TITLES)


def test_marks_are_found_on_tests_classes_and_modules(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_some.py").write_text(
        "pytestmark = [pytest.mark.django_db, pytest.mark.rule('A')]\n"
        "@pytest.mark.rule('B', 'C')\ndef test_one(): ...\n"
        "@pytest.mark.rule('D')\nclass TestMany:\n"
        "    @pytest.mark.rule('E')\n    def test_two(self): ...\n"
    )
    assert register.tests_by_rule(tmp_path) == {
        "A": ["test_some"],
        "B": ["test_some::test_one"],
        "C": ["test_some::test_one"],
        "D": ["test_some::TestMany"],
        "E": ["test_some::TestMany::test_two"],
    }
