"""Parses a rule's schedule expression."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from wavetank.core.schedule.cron import parse_cron
from wavetank.core.schedule.rate import parse_rate
from wavetank.core.schedule.refusal import ScheduleError

LENGTH_MAX = 256
"""The maximum length in characters. [EventBridge API reference, PutRule]"""

EXPRESSION = re.compile(r"(rate|cron)\((.*)\)")


class DueNumbers(Protocol):
    """Interface that numbers the due instants of one rule in order, without gaps."""

    def count_until(self, instant: datetime) -> int:
        """How many are due up to and including the instant, and so the number of the next."""
        ...

    def instant(self, number: int) -> datetime:
        """The instant with this number, counted from 0."""
        ...


class Schedule(Protocol):
    """Interface of a schedule expression: when a rule is due; instants are aware, in UTC."""

    def due_after(self, created: datetime, after: datetime) -> datetime | None:
        """The first due instant after `after` of a rule created at `created`; None: never again."""
        ...

    def instants(self, created: datetime, after: datetime) -> Iterator[datetime]:
        """Every due instant after `after`, in order, computed lazily."""
        ...

    def numbers(self, created: datetime, until: datetime) -> DueNumbers:
        """Its due instants by number, of a rule created at `created`, at least up to `until`."""
        ...


def parse_schedule(expression: str) -> Schedule:
    """The schedule of an expression `rate(...)` or `cron(...)`.

    White space around it, or just inside the parentheses, is invalid: AWS refuses it for a rate, as
    LocalStack's tests have shown on AWS, and is assumed to refuse it for cron.
    [EventBridge user guide, eb-scheduled-rule-pattern; LocalStack: test_events_schedule.py]

    Raises:
        ScheduleError: EventBridge would refuse it.
    """
    matched = EXPRESSION.fullmatch(expression)
    if len(expression) > LENGTH_MAX:
        found = f"{len(expression)} characters"
        raise ScheduleError("the expression", found, f"at most {LENGTH_MAX} characters")
    if matched is None:
        raise ScheduleError("the expression", expression, "rate(...) or cron(...)")
    return parse_rate(matched[2]) if matched[1] == "rate" else parse_cron(matched[2])
