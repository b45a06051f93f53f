"""What is recorded of a handler's call."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from wavetank.emulator.request_interceptor import ApiCall
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.history import ApiCalled, Event
from wavetank.simulation.call_interceptor import CallInterceptor
from wavetank.simulation.call_targets import CallTargets
from wavetank.simulation.simulation_clock import SimulationClock

START = datetime(2030, 1, 1, tzinfo=UTC)
OBJECT = {"Bucket": "files", "Key": "a"}


def recorded(error: str | None, parameters: dict[str, Any]) -> ApiCalled:
    """The event of a call of S3 that took no time."""
    call = ApiCall("s3", "PutObject", parameters, None)
    attempt = SimpleNamespace(request=SimpleNamespace(id="r"), answered_calls=[(call, error)])
    handlers = SimpleNamespace(
        running=attempt,
        call_takes=lambda *_: timedelta(),
        compute=lambda *_: timedelta(),
        end_if_hit=lambda *_: None,
    )
    invocations: Any = SimpleNamespace(attempts=SimpleNamespace(handlers=handlers))
    pages = SimpleNamespace(paginate=lambda: [{"TableNames": []}])
    aws: Any = SimpleNamespace(dynamodb=SimpleNamespace(get_paginator=lambda _: pages))
    events: list[Event] = []
    clock = SimulationClock(1, START, lambda _: None, events.append)
    matcher = FaultMatcher(lambda: START, lambda *_: None)
    unused: Any = None
    interceptor = CallInterceptor(clock, matcher, invocations, unused, CallTargets(aws))
    interceptor.answered(None)
    (event,) = events
    assert isinstance(event, ApiCalled)
    return event


@pytest.mark.parametrize(
    ("error", "parameters", "targets"),
    [
        (None, OBJECT, ("files a",)),
        ("NoSuchBucket", OBJECT, ()),
        ("InvalidRequest", {"Bucket": "files"}, ()),
    ],
)
def test_only_a_call_that_took_effect_has_targets(
    error: str | None, parameters: dict[str, Any], targets: tuple[str, ...]
) -> None:
    """One that failed may even lack the parameters that name them."""
    event = recorded(error, parameters)
    assert (event.targets, event.took_effect) == (targets, error is None)
