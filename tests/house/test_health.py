"""What the machines that watch us are told."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from kombu import Connection

from assurance import health
from assurance.beat import SweepScheduler
from assurance.heartbeats import BEAT, WORKER, beat_heart, is_alive
from assurance.kernel.models import SweepRun
from assurance.schedule import SWEEPS
from tests import processes

REQUIRED = [sweep for sweep in SWEEPS if sweep.required]


@pytest.fixture
def all_well(db: None) -> None:
    now = timezone.now()
    SweepRun.objects.bulk_create(
        [SweepRun(name=s.name, last_started=now, last_finished=now) for s in REQUIRED]
    )
    beat_heart(WORKER)
    beat_heart(BEAT)


def ready(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    return answer.status_code, {name: told for name, told in answer.json()["checks"].items() if told != "ok"}


def test_all_well(client: Client, all_well: None) -> None:
    assert ready(client) == (200, {})


def test_nothing_is_well_before_anything_has_run(client: Client, db: None) -> None:
    cache.delete_many([WORKER, BEAT])
    status, problems = ready(client)
    assert status == 503
    assert problems.keys() == {"worker", "beat", "sweeps"}
    assert all(sweep.name in problems["sweeps"] for sweep in REQUIRED)


@pytest.mark.parametrize(("heart", "name"), [(WORKER, "worker"), (BEAT, "beat")])
def test_a_silent_process_is_named(client: Client, all_well: None, heart: str, name: str) -> None:
    cache.delete(heart)
    status, problems = ready(client)
    assert (status, set(problems)) == (503, {name})


def test_a_heart_that_stops_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assurance.heartbeats.LIFETIME_SECONDS", 1)
    beat_heart(WORKER)
    assert is_alive(WORKER)
    time.sleep(1.1)
    assert not is_alive(WORKER)


@pytest.mark.parametrize("sweep", REQUIRED, ids=lambda sweep: sweep.name)
def test_a_required_sweep_is_late_after_three_periods(client: Client, all_well: None, sweep: Any) -> None:
    def finished(periods: float) -> None:
        at = timezone.now() - periods * sweep.every
        SweepRun.objects.filter(name=sweep.name).update(last_finished=at)

    finished(2.9)
    assert ready(client) == (200, {})
    finished(3.1)
    status, problems = ready(client)
    assert status == 503
    assert sweep.name in problems["sweeps"]


def test_a_sweep_that_only_warns_is_not_required(client: Client, all_well: None) -> None:
    old = timezone.now() - timedelta(days=9)
    for sweep in SWEEPS:
        if not sweep.required:
            SweepRun.objects.create(name=sweep.name, last_started=old, last_finished=old)
    assert ready(client) == (200, {})


def test_broker_away(client: Client, all_well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        current_app, "connection_for_write", lambda: Connection("redis+socket:///nowhere.sock")
    )
    status, problems = ready(client)
    assert (status, problems) == (503, {"broker": "does not answer"})


def test_cache_away(client: Client, all_well: None, settings: Any) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere.sock"}}
    status, problems = ready(client)
    assert status == 503
    assert problems.keys() == {"cache", "worker", "beat"}


def test_database_away(client: Client, all_well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        status, problems = ready(client)
        assert client.get("/healthz").status_code == 200
    assert status == 503
    assert problems.keys() == {"database", "sweeps"}


def test_metrics_need_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer s3cre"}).status_code == 404
    shown = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    assert shown.status_code == 200
    assert b"django_http_requests_total_by_method" in shown.content


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_to_be_read(client: Client, db: None, path: str) -> None:
    assert client.post(path).status_code == 405


def test_beat_sends_every_sweep_and_all_of_them_at_its_start() -> None:
    scheduler = SweepScheduler(app=current_app)
    periods = {name: getattr(entry.schedule, "run_every", None) for name, entry in scheduler.schedule.items()}
    assert periods == {sweep.name: sweep.every for sweep in SWEEPS}
    assert all(entry.is_due()[0] for entry in scheduler.schedule.values())
    assert all(entry.args == (name,) and entry.task == "sweep" for name, entry in scheduler.schedule.items())


@pytest.mark.django_db(transaction=True)
def test_real_worker_and_beat_make_it_green(client: Client, tmp_path: Path) -> None:
    cache.delete_many([WORKER, BEAT])
    worker = ["celery", "-A", "assurance", "worker", "-c", "1", "--without-mingle", "--without-gossip"]
    beat = ["celery", "-A", "assurance", "beat", "--pidfile="]
    log = tmp_path / "log"
    with processes.running(*worker, log=log), processes.running(*beat, log=log):
        deadline = time.monotonic() + 180
        while ready(client)[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert ready(client) == (200, {}), log.read_text()
    assert set(SweepRun.objects.values_list("name", flat=True)) == {sweep.name for sweep in SWEEPS}


def test_every_check_is_covered_here() -> None:
    assert health.CHECKS.keys() == {"database", "broker", "cache", "worker", "beat", "sweeps"}
