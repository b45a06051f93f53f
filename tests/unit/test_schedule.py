"""When a rule is due, and what its targets then get."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.schedule import Rate, parse_rate, scheduled_event

CREATED = datetime(2026, 11, 24, 10, 3, 27, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("expression", "period"),
    [
        ("rate(1 minute)", timedelta(minutes=1)),
        ("rate(5 minutes)", timedelta(minutes=5)),
        ("rate(1 hour)", timedelta(hours=1)),
        ("rate(7 days)", timedelta(days=7)),
    ],
)
def test_a_rate_is_read(expression: str, period: timedelta) -> None:
    """Minutes, hours and days."""
    assert parse_rate(expression) == Rate(period)


@pytest.mark.parametrize(
    "expression",
    ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(1 second)", "cron(* * * * ? *)"],
)
def test_what_is_no_rate_is_none(expression: str) -> None:
    """The unit's number must fit, as EventBridge demands."""
    assert parse_rate(expression) is None


def test_a_rate_counts_from_the_rules_creation() -> None:
    """Not from the full minute, and never at the instant that was asked about."""
    rate = Rate(timedelta(minutes=1))
    first = CREATED + timedelta(minutes=1)
    assert rate.next_due(CREATED, CREATED) == first
    assert rate.next_due(CREATED, first - SECOND) == first
    assert rate.next_due(CREATED, first) == first + timedelta(minutes=1)
    assert rate.next_due(CREATED, CREATED - SECOND) == first


def test_the_event_is_eventbridges() -> None:
    """The keys and forms of a scheduled event, its time the due instant."""
    arn = "arn:aws:events:eu-west-1:000000000000:rule/a-rule"
    event = scheduled_event(arn, CREATED)
    assert len(str(event.pop("id"))) == 36
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-11-24T10:03:27Z",
        "region": "eu-west-1",
        "resources": [arn],
        "detail": {},
    }
