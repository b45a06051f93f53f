"""How faults affect an event: when it arrives, and how often."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.faults.fault import Fault
from wavetank.faults.injectors.decisions import event_delays
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.pushed_events import DuplicateEvent, LateEvent

NOW, START = datetime(2030, 1, 1, tzinfo=UTC), timedelta()
BUCKET = "arn:aws:s3:::uploads"
RULE = "arn:aws:events:eu-west-1:1:rule/bus/changes"
TWICE = DuplicateEvent(after=START, copies=2, gap=timedelta(seconds=5))
LATE = LateEvent(after=START, delay=timedelta(seconds=90), event_source="changes")


@pytest.mark.parametrize(
    ("faults", "arn", "seconds"),
    [
        ([], BUCKET, [0]),
        ([TWICE], BUCKET, [0, 5, 10]),
        ([LATE], BUCKET, [0]),
        ([LATE], RULE, [90]),
        ([TWICE, LATE], RULE, [90, 95, 100]),
        ([TWICE], "", [0]),
    ],
)
def test_an_event_arrives_when_and_as_often_as_faults_say(
    faults: list[Fault], arn: str, seconds: list[float]
) -> None:
    """A copy comes after the late event itself; no fault hits a call of Lambda's API."""
    matcher = FaultMatcher(lambda: NOW, lambda *_: None)
    for number, fault in enumerate(faults):
        matcher.add(str(number), fault)
    found = [delay.total_seconds() for delay in event_delays(matcher, arn, ("1",))]
    assert found == seconds
