"""The schema is whole and true, and can be read under the portal's security policy."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from assurance.api.urls import _order, _v1

pytestmark = pytest.mark.django_db


def schema():
    answer = Client().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_it_is_valid_and_complete(tmp_path):
    """drf-spectacular warns of everything that it has to guess."""
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", tmp_path / "schema.yaml")


def test_every_path_is_documented():
    documented = set(schema()["paths"])
    listed = {str(p.pattern) for p in _v1 if hasattr(p, "callback") and p.callback}
    assert {path.removeprefix("/api/v1/") for path in documented if "{" not in path} == {
        path for path in listed if "<" not in path
    }
    below_an_order = {path for path in documented if path.startswith("/api/v1/orders/{number}/")}
    assert below_an_order == {
        f"/api/v1/orders/{{number}}/{p.pattern}".replace("<slug:key>", "{key}") for p in _order
    }


def test_every_operation_says_how_it_refuses():
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            answers = operation["responses"]
            assert {"400", "401", "404", "429"} <= set(answers), where
            assert operation["description"], where
            if method == "post":
                assert {"409", "413", "415", "422"} <= set(answers), where
                assert "Idempotency-Key" in [p["name"] for p in operation["parameters"]], where
            for status, answer in answers.items():
                good = "application/octet-stream" if path.endswith("/file/") else "application/json"
                kind = good if status.startswith("2") else "application/problem+json"
                assert list(answer["content"]) == [kind], where


def test_what_a_client_sends_is_closed():
    components = schema()["components"]["schemas"]
    sent = {
        method["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for path, methods in schema()["paths"].items()
        for method in methods.values()
        if "requestBody" in method and "aftership" not in path and "17track" not in path
    }
    assert all(components[name]["additionalProperties"] is False for name in sent)


def test_money_is_a_string_with_its_currency():
    money = schema()["components"]["schemas"]["Funds"]["properties"]["total"]
    assert money["properties"]["amount"]["type"] == "string"


def test_the_page_to_read_it_needs_nothing_from_elsewhere_and_no_inline_script(client):
    answer = client.get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<script") == page.count("<script src=")
    assert "style" not in page.replace("stylesheet", "")
    assert answer["Content-Security-Policy"] == client.get("/healthz")["Content-Security-Policy"]
    assert client.get("/api/docs/?script=")["Content-Type"].startswith("application/javascript")
