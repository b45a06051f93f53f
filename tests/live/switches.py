"""Faults as a program switches them on, and ticks to see what comes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import requests

from tests.live.conftest import Pipeline
from wavetank.aws.invoker import StreamingInvoker

HTTP_SECONDS = 60
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTES = count()
"""Each test makes the minute after the last, whichever comes first: prices never go back."""


@dataclass(frozen=True)
class Ticked:
    """A tick that was made, and how many records it put."""

    due: datetime
    records: object


def next_tick(pipeline: Pipeline) -> Ticked:
    """A new one.

    Raises:
        FunctionFailedError: the function failed.
    """
    due = START + next(MINUTES) * timedelta(minutes=1)
    answer = StreamingInvoker(pipeline.aws, pipeline.names).fire_and_wait(due)
    return Ticked(due, answer["records"])


def begin(endpoint: str, kind: str, **given: object) -> requests.Response:
    """Asks for the fault."""
    body = {"kind": kind, **given}
    return requests.post(f"{endpoint}/_wavetank/faults", json=body, timeout=HTTP_SECONDS)


def revert(endpoint: str, fault: str = "") -> list[dict[str, Any]]:
    """Revert the fault, or all; returns what was reverted."""
    answer = requests.delete(f"{endpoint}/_wavetank/faults/{fault}", timeout=HTTP_SECONDS)
    answer.raise_for_status()
    return list(answer.json()["reverted"])


def active(endpoint: str) -> list[dict[str, Any]]:
    """Those that are on."""
    answer = requests.get(f"{endpoint}/_wavetank/faults", timeout=HTTP_SECONDS)
    return [fault for switch in answer.json()["faults"] for fault in switch["active"]]


@contextmanager
def switched_on(endpoint: str, kind: str, **given: object) -> Iterator[None]:
    """For the body the fault is on."""
    answer = begin(endpoint, kind, **given)
    assert answer.status_code == 201, answer.text
    try:
        yield
    finally:
        revert(endpoint, answer.json()["id"])
