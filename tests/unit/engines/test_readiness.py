"""The container's health check gives up on a LocalStack that makes no progress, and on no other."""

import time  # noqa: TID251 - the processor's, of this process

import pytest

from wavetank.engines import readiness


def test_a_container_without_progress_is_unhealthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how long it has made none."""
    monkeypatch.setattr(readiness, "init_state", lambda _: None)
    monkeypatch.setattr(readiness, "processor_seconds", lambda: 7.0)
    monkeypatch.setattr(readiness, "POLL_SECONDS", 0.0)
    assert readiness.main(["0.01"]) == (
        "LocalStack is not ready, and has made no progress for 0.01 s"
    )


def test_a_container_that_computes_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as long as one may go on without progress."""
    used = iter(range(1000))
    begun = time.monotonic()

    def ready_at_last(_: str) -> readiness.InitState:
        return readiness.InitState(ready=time.monotonic() - begun > 0.1, failed=())

    monkeypatch.setattr(readiness, "init_state", ready_at_last)
    monkeypatch.setattr(readiness, "processor_seconds", lambda: float(next(used)))
    monkeypatch.setattr(readiness, "POLL_SECONDS", 0.001)
    assert readiness.main(["0.01"]) is None


def test_an_init_script_that_failed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, since no waiting helps."""
    failed = readiness.InitState(ready=False, failed=("deploy.py",))
    monkeypatch.setattr(readiness, "init_state", lambda _: failed)
    assert "init script deploy.py failed" in str(readiness.main(["60"]))


def test_the_processor_time_of_running_processes_is_counted() -> None:
    """This one's is part of it."""
    assert readiness.processor_seconds() >= time.process_time() > 0
