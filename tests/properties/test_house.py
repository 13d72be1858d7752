"""F7: people do whatever they like in any order, and the house stands.

500 sequences of 60 steps take about eight minutes, so that many run with PROOF=full, ten times over; fewer in every
run of the tests, from new dice each time.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.house import House

SEQUENCES = 5_000 if os.environ.get("PROOF") == "full" else 80
STEPS = 60


@pytest.mark.rule(
    "MON-3", "TIM-3", "CLM-1", "CPN-5", "CPN-6", "REC-1", "REC-2", "REC-3", "DLV-7", "PAY-3", "PAY-4"
)
@pytest.mark.django_db
def test_whatever_people_do_the_house_stands():
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=True,
        ),
    )
