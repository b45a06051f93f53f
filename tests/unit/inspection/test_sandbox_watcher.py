"""What happens in a sandbox, as one line each, whatever is deployed in it."""

from typing import Any

import pytest

from tests.clocks import Leaping
from wavetank.aws import sandbox_api, sandbox_mailbox
from wavetank.inspection.sandbox_watcher import SandboxWatcher, WatchedKind, attempt_line

ENDPOINT = "http://127.0.0.1:1"


def _attempt(function: str = "resize", **changes: Any) -> dict[str, Any]:
    attempt = {
        "function": function,
        "request": "r",
        "number": 1,
        "status": "success",
        "error": "",
        "message": "",
        "duration_ms": 12.4,
    }
    return attempt | changes


FAILED: dict[str, Any] = {
    "status": "error",
    "error": "KeyError",
    "message": "'price'\n  in line 3",
    "number": 2,
}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "resize succeeds in 12 ms"),
        (FAILED, "resize fails at attempt 2: KeyError: 'price' in line 3"),
        (
            {"status": "timeout", "error": "Sandbox.Timedout", "message": "after 3 s"},
            "resize fails at attempt 1: Sandbox.Timedout: after 3 s",
        ),
        ({"status": "failure"}, "resize fails at attempt 1: failure"),
    ],
)
def test_an_attempt_is_one_line_with_its_error(changes: dict[str, Any], line: str) -> None:
    """Also if the message has several lines, or if nothing is known but that it failed."""
    assert attempt_line(_attempt(**changes)) == line


class _Sandbox:
    """The routes of a sandbox: attempts by cursor, and a mailbox."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.attempts: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        for module in (sandbox_api, sandbox_mailbox):
            monkeypatch.setattr(module, "request_sandbox", self._answer)

    def _answer(self, _: str, __: str, path: str, **given: Any) -> dict[str, Any]:
        since = given["parameters"]["since"]
        if path == "_wavetank/attempts":
            begin = int(since or 0)
            return {"attempts": self.attempts[begin:], "next": str(len(self.attempts))}
        newest = str(len(self.messages)) if self.messages else ""
        found = self.messages[int(since or 0) :][: given["parameters"]["limit"]]
        return {
            "messages": found,
            "next": newest or since,
            "more": False,
            "continues": True,
            "newest": newest,
            "alerts": {},
        }


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> _Sandbox:
    """One in which something has happened before."""
    found = _Sandbox(monkeypatch)
    found.attempts.append(_attempt(**FAILED))
    return found


def test_attempts_of_any_function_are_reported_once(sandbox: _Sandbox) -> None:
    """Neither what was before the first poll, nor what a poll has reported."""
    watcher = SandboxWatcher(ENDPOINT, Leaping())
    assert watcher.poll() == []
    sandbox.attempts += [_attempt("resize"), _attempt("index", **FAILED)]
    assert [(event.kind, event.text.split()[0]) for event in watcher.poll()] == [
        (WatchedKind.ATTEMPT, "resize"),
        (WatchedKind.FAILURE, "index"),
    ]
    assert watcher.poll() == []


def test_a_quiet_function_is_reported_when_it_fails(sandbox: _Sandbox) -> None:
    """Its successes are seen as ticks."""
    watcher = SandboxWatcher(ENDPOINT, Leaping(), frozenset({"stream"}))
    watcher.poll()
    sandbox.attempts += [_attempt("stream"), _attempt("stream", **FAILED)]
    (event,) = watcher.poll()
    assert event.text == "stream fails at attempt 2: KeyError: 'price' in line 3"


def test_an_alert_is_one_line_with_the_error(sandbox: _Sandbox) -> None:
    """To whom, and why; and its request counts as given up."""
    watcher = SandboxWatcher(ENDPOINT, Leaping())
    watcher.poll()
    text = "No prices were generated.\nRequest: 1-2-3\nError: KeyError: 'price'\n"
    message = {"id": "1", "type": "Notification", "to": "a@example.com", "subject": "", "link": ""}
    sandbox.messages.append(message | {"text": text})
    (event,) = watcher.poll()
    assert (event.kind, event.text) == (WatchedKind.ALERT, "to a@example.com: KeyError: 'price'")
    assert watcher.given_up == {"Request: 1-2-3"}
    assert watcher.poll() == []


def test_a_problem_is_reported_until_a_poll_succeeds(sandbox: _Sandbox) -> None:
    """Once, and again only after things went well."""
    watcher = SandboxWatcher(ENDPOINT, Leaping())
    assert [event.kind for event in watcher.report("gone")] == [WatchedKind.PROBLEM]
    assert watcher.report("gone") == []
    watcher.poll()
    assert len(watcher.report("gone")) == 1
    assert sandbox.messages == []
