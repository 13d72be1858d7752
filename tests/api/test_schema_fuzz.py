"""F13: requests made from the schema, right and wrong: no answer of 500, none that the schema does not tell.

A few hundred here; 50,000 with PROOF=full.
"""

import os
import random

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from coupons.models import StoreCoupon
from orders.models import Attachment, Order
from orders.services import dispatch
from tests import factories
from tests.api.conftest import started
from tests.factories import NOW

CASES = 50_000 if os.environ.get("PROOF") == "full" else 300
# What a rule refuses may fit the schema; and the token is ours, so that it is never ignored.
EXCLUDED = [positive_data_acceptance, ignored_auth]
JSON = {"Accept": "application/vnd.oai.openapi+json"}


@pytest.fixture
def api(world, monkeypatch, settings):
    """The schema over a world with orders in several states; any signature of a tracking message fits."""
    monkeypatch.setattr("logistics.api.signatures._matches", lambda given, signatures: bool(given))
    settings.TRACKING_SECRETS = {}
    started(world, paid=False)
    started(world)
    started(world, at=NOW.replace(month=2))
    sent = started(world)
    dispatch.dispatch(
        order_id=sent.pk, carrier="DHL", number="JD1", last=True, proof=[factories.upload()], at=NOW
    )
    factories.order(world.alice, {factories.product(world.shop, rts=False): 1}, paid=False)
    factories.store_coupon(world.shop)
    # As Django's own test client does: the test's transaction outlives a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application(), headers=JSON)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_no_request_is_answered_as_the_schema_does_not_tell(api, world):
    operations = [found.ok() for found in api.get_all_operations()]
    share = CASES // (2 * len(operations))
    for operation in operations:
        for mode in GenerationMode:
            _fuzz(operation.as_strategy(generation_mode=mode), world, share)


def _fuzz(cases, world, share):
    """Ask `share` times, mostly for what is there, now as the buyer and now as the seller."""

    key = Attachment.objects.values_list("key", flat=True)[0]
    numbers = list(Order.objects.values_list("number", flat=True))
    known = {"product": world.mug.pk, "coupon": StoreCoupon.objects.get().pk, "key": key}

    @hypothesis.settings(
        max_examples=share,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def ask(case):
        chance = random.Random(repr(case))
        path = case.meta.components.get(ParameterLocation.PATH)
        if path is not None and path.mode is GenerationMode.POSITIVE and chance.random() < 0.9:
            there = known | {"number": chance.choice(numbers)}
            case.path_parameters |= {name: there[name] for name in case.path_parameters}
        caller = chance.choice((world.buyer, world.seller))
        answer = case.call(headers=caller.headers())
        case.validate_response(answer, excluded_checks=EXCLUDED)

    ask()
