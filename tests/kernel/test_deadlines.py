"""The rows of the deadlines table of one object (TIM-3)."""

from datetime import timedelta

import pytest

from assurance.kernel import deadlines
from assurance.kernel.models import Deadline
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def rows():
    return dict(Deadline.objects.filter(subject_id=7).values_list("kind", "due_at"))


def test_kinds_are_set_moved_and_cleared_and_others_stay(django_assert_num_queries):
    deadlines.first(7, {"a": NOW, "b": NOW, "c": None})
    deadlines.first(8, {"a": NOW})
    assert rows() == {"a": NOW, "b": NOW}
    with django_assert_num_queries(2):
        deadlines.put(7, {"a": None, "b": LATER, "c": NOW})
    assert rows() == {"b": LATER, "c": NOW}
    deadlines.put(7, {"b": None})
    assert rows() == {"c": NOW}
    assert Deadline.objects.filter(subject_id=8).count() == 1


def test_what_stands_already_is_not_written(django_assert_num_queries):
    deadlines.first(7, {"a": NOW})
    before = Deadline.objects.get().pk
    with django_assert_num_queries(1):
        deadlines.put(7, {"a": NOW, "b": None})
    assert Deadline.objects.get().pk == before


@pytest.mark.parametrize("batch", [2, 500])
def test_one_that_fails_holds_up_no_other_and_is_not_passed_over_in_silence(batch):
    for subject in (1, 2, 3, 4):
        deadlines.first(subject, {"a": NOW + timedelta(seconds=subject)})

    def step(subject):
        if subject == 1:
            raise ArithmeticError("the books of this one")
        return deadlines.claim(subject, "a", LATER)

    with pytest.raises(ArithmeticError):
        deadlines.one_by_one("a", LATER, batch, step)
    assert list(Deadline.objects.values_list("subject_id", flat=True)) == [1]
