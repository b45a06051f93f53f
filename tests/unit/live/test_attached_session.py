"""A sandbox that another process supervises may be away for a while, but not for ever."""

import pytest

from tests.clocks import Leaping
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError
from wavetank.engines.readiness import InitState
from wavetank.live import attached_session
from wavetank.live.attached_session import SILENT_SECONDS_MAX, AttachedSession

READY = InitState(ready=True, failed=())


def _answers(monkeypatch: pytest.MonkeyPatch, *states: InitState | None) -> AttachedSession:
    found = list(states)
    monkeypatch.setattr(
        attached_session, "init_state", lambda _: found.pop(0) if len(found) > 1 else found[0]
    )
    return AttachedSession("http://127.0.0.1:1", Leaping())


def test_a_silence_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever supervises the sandbox restarts it; the watch goes on."""
    session = _answers(monkeypatch, None, None, READY)
    assert session.recover() is False


def test_a_sandbox_that_was_stopped_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one line, and not by lines for ever."""
    session = _answers(monkeypatch, None)
    before = session.clock.monotonic()
    with pytest.raises(ConditionTimeoutError, match="it was stopped; start it again"):
        session.recover()
    assert session.clock.monotonic() - before >= SILENT_SECONDS_MAX


def test_the_start_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of the watch come after those of the start."""
    starting = InitState(ready=False, failed=())
    _answers(monkeypatch, None, starting, READY).wait_until_ready()


def test_a_start_that_failed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing will happen in it."""
    failed = InitState(ready=True, failed=("10-deploy.sh",))
    with pytest.raises(InfrastructureError, match=r"10-deploy\.sh failed"):
        _answers(monkeypatch, failed).wait_until_ready()
