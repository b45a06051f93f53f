"""Alerts are read from the notification function's log."""

import json
from datetime import timedelta

import pytest

from notification import message
from tests.pipeline import NOON
from tests.unit.lambdas.test_message import RECORD
from wavetank.core.clock import rfc3339
from wavetank.inspection.alert_log import PublishedAlert, read_alerts

TEXT = message.text(RECORD)


def _line(**fields: object) -> str:
    logged = {"timestamp": rfc3339(NOON), "level": "INFO", "message": "alert published"}
    return json.dumps({**logged, "requestId": "notification", "message_id": "sent", **fields})


def test_an_alert_is_read_with_the_failure_that_it_reports() -> None:
    """Other lines of the log are ignored."""
    lines = [
        "printed",
        json.dumps({"type": "platform.start", "record": {"requestId": "notification"}}),
        _line(subject="Failure: A B, could not generate stream", text=TEXT),
        json.dumps({"message": "alert published"}),
    ]
    assert list(read_alerts(lines)) == [
        PublishedAlert(
            at=NOON,
            invocation="notification",
            message_id="sent",
            subject="Failure: A B, could not generate stream",
            text=TEXT,
            request="11111111-2222-3333-4444-555555555555",
            condition="RetriesExhausted",
            attempts=3,
        )
    ]


@pytest.mark.parametrize("text", ["", "no record", '{"requestContext": 1}'])
def test_an_alert_without_a_failure_record_is_read(text: str) -> None:
    """As of a function that was deployed before it logged what it sends."""
    fields = {"text": text} if text else {}
    (alert,) = read_alerts([_line(**fields)])
    assert (alert.message_id, alert.text) == ("sent", text)
    assert (alert.request, alert.condition, alert.attempts) == ("", "", 0)
    assert alert.at - NOON == timedelta()
