"""Watches a sandbox for what happens in it, whatever is deployed: attempts and alerts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import unquote

from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import ALERT, MailboxMessage, mailbox_page, messages_since
from wavetank.core.clock import Clock
from wavetank.history import Outcome

NO_VALUE = "not said"
"""What an alert shows for a value that is not in Lambda's record."""


class WatchedKind(StrEnum):
    """The kinds of events that a watcher of a sandbox returns."""

    HELD = "held"
    TICK = "tick"
    ATTEMPT = "attempt"
    FAILURE = "failure"
    OBJECT = "object"
    ALERT = "alert"
    RESTART = "restart"
    PROBLEM = "problem"


@dataclass(frozen=True)
class PipelineEvent:
    """An event of a watched pipeline: its kind, when it was noticed, and a text."""

    kind: WatchedKind
    noticed: datetime
    text: str


class EventSource(Protocol):
    """Interface of a watcher, which returns new events when it is polled."""

    def poll(self) -> list[PipelineEvent]:
        """The events since the last poll."""
        ...

    def report(self, problem: str) -> list[PipelineEvent]:
        """An error of a poll as an event; none if it is the same as the last one."""
        ...


class PipelineWatcher(EventSource, Protocol):
    """Interface of a watcher that also has the pipeline's state, for the live view."""

    def counts(self) -> list[str]:
        """The counts of events since the first poll, such as `3 ticks`."""
        ...

    def state_rows(self) -> list[list[str]]:
        """The current state: parts of a line, line by line."""
        ...

    def next_tick(self) -> list[str]:
        """When the schedule fires next, if that is known."""
        ...


@dataclass
class SandboxWatcher:
    """Polls a sandbox, and returns the attempts and alerts since the last poll.

    What exists at the first poll is not reported. A failed attempt is an event of any function; a
    successful one is none of the functions in `quiet`, whose success others see as a tick or alert.
    `concerns` and `concerns_alert` select the functions and e-mails of one pipeline among several.
    """

    endpoint: str
    clock: Clock
    quiet: frozenset[str] = frozenset()
    concerns: Callable[[str], bool] = lambda _: True
    concerns_alert: Callable[[MailboxMessage], bool] = lambda _: True
    given_up: set[str] = field(default_factory=set)
    """The requests whose failure was reported by e-mail."""
    problem: str = ""
    """The last error, until a poll succeeds."""
    had_attempts: bool = False
    """Whether an attempt of any function has ended between the last two polls."""
    _attempt: str | None = None
    """The cursor after the last attempt that was reported; None before the first poll."""
    _message: str = ""
    """The id of the last message that was reported."""

    def poll(self) -> list[PipelineEvent]:
        """The events since the last poll: first attempts, then alerts."""
        events = self.new_events()
        self.problem = ""
        return events

    def report(self, problem: str) -> list[PipelineEvent]:
        """An error of a poll, such as a deleted table; only reported when it changes."""
        if problem == self.problem:
            return []
        self.problem = problem
        return [PipelineEvent(WatchedKind.PROBLEM, self.clock.now(), problem)]

    def new_events(self) -> list[PipelineEvent]:
        """As `poll`, for a poll that consists of more than this."""
        if self._attempt is None:
            newest = mailbox_page(self.endpoint, limit=0).newest
            self._attempt = str(SandboxControls(self.endpoint).attempts()["next"])
            self._message = newest
            return []
        return [*self._new_attempts(self._attempt), *self._new_alerts()]

    def _new_attempts(self, since: str) -> list[PipelineEvent]:
        page = SandboxControls(self.endpoint).attempts(since)
        self._attempt, self.had_attempts = str(page["next"]), bool(page["attempts"])
        return [
            PipelineEvent(_kind(attempt), self.clock.now(), attempt_line(attempt))
            for attempt in page["attempts"]
            if self.concerns(attempt["function"])
            and (_kind(attempt) is WatchedKind.FAILURE or attempt["function"] not in self.quiet)
        ]

    def _new_alerts(self) -> list[PipelineEvent]:
        messages = [each for each in self._new_messages() if self.concerns_alert(each)]
        self.given_up |= {_request(message.text) for message in messages}
        return [
            PipelineEvent(WatchedKind.ALERT, self.clock.now(), _alert_line(message))
            for message in messages
        ]

    def _new_messages(self) -> list[MailboxMessage]:
        """Messages after the last one; none if a restarted LocalStack no longer has that one."""
        fresh: list[MailboxMessage] = []
        for page in messages_since(self.endpoint, self._message, kind=ALERT):
            if not page.continues:
                self._message = mailbox_page(self.endpoint, limit=0).newest
                return []
            fresh += page.messages
            self._message = page.next
        return fresh


def is_of_topics(message: MailboxMessage, topics: Iterable[str]) -> bool:
    """Whether one of the topics, given by ARN, sent the e-mail: its link names the subscription."""
    link = unquote(message.link)
    return any(f"{topic}:" in link for topic in topics)


def attempt_line(attempt: Mapping[str, Any]) -> str:
    """`NAME fails at attempt 2: KeyError: price`, or `NAME succeeds in 12 ms`."""
    function = attempt["function"]
    if attempt["status"] == Outcome.SUCCESS:
        return f"{function} succeeds in {attempt['duration_ms']:.0f} ms"
    parts = (attempt["error"], " ".join(attempt["message"].split()))
    cause = ": ".join(part for part in parts if part) or attempt["status"]
    return f"{function} fails at attempt {attempt['number']}: {cause}"


def _kind(attempt: Mapping[str, Any]) -> WatchedKind:
    succeeded = attempt["status"] == Outcome.SUCCESS
    return WatchedKind.ATTEMPT if succeeded else WatchedKind.FAILURE


def _alert_line(message: MailboxMessage) -> str:
    return f"to {message.address}: {_error_line(message.text)}"


def _request(text: str) -> str:
    """The request that the alert is about; the whole text if it names none."""
    named = (line for line in text.splitlines() if line.startswith("Request:"))
    return next(named, text)


def _error_line(text: str) -> str:
    """The line of the alert with the error, else the reason, else its first line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for name in ("Error:", "Reason:"):
        for line in lines:
            if line.startswith(name) and not line.endswith(NO_VALUE):
                return line.removeprefix(name).strip()
    return (lines or ["empty message"])[0]
