"""The message for a dead-letter queue, with AWS's attributes."""

import json
from datetime import UTC, datetime

from wavetank.emulator.lambda_.dead_letters import dead_letter, record_without_response

EVENT = '{"a":  1}'


def _error(message: str) -> bytes:
    return json.dumps({"errorType": "RuntimeError", "errorMessage": message}).encode()


def _attributes(answer: bytes | None) -> dict[str, str]:
    letter = dead_letter("r-1", EVENT, answer)
    return {name: entry["StringValue"] for name, entry in letter.attributes.items()}


def test_the_message_is_the_event_and_the_attributes_are_those_of_its_request() -> None:
    """The text is what the caller sent, not a copy in another form of JSON."""
    letter = dead_letter("r-1", EVENT, _error("on purpose"))
    assert letter.text == EVENT
    assert letter.attributes == {
        "RequestID": {"DataType": "String", "StringValue": "r-1"},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": "on purpose"},
    }


def test_an_event_that_never_ran_has_the_status_of_its_throttling() -> None:
    """There is no answer of the function to report."""
    found = _attributes(None)
    assert (found["ErrorCode"], found["ErrorMessage"]) == ("429", "Rate Exceeded.")


def test_a_long_message_is_cut_at_a_character() -> None:
    """AWS sends the first KB; half a character would not be text."""
    assert _attributes(_error("é" * 600))["ErrorMessage"] == "é" * 512
    assert _attributes(_error("xé" * 600))["ErrorMessage"].encode() == ("xé" * 341 + "x").encode()


def test_what_no_message_may_contain_is_left_out() -> None:
    """Neither an empty attribute nor a control character would be accepted by the queue."""
    assert "ErrorMessage" not in _attributes(_error(""))
    assert _attributes(_error("a\0b\n"))["ErrorMessage"] == "ab\n"


def test_errors_of_another_form_are_reported_as_they_are() -> None:
    """A custom runtime may report whatever it wants."""
    assert _attributes(b"no JSON")["ErrorMessage"] == "no JSON"
    assert _attributes(b"[1]")["ErrorMessage"] == "[1]"


def test_the_record_of_a_throttled_event_has_no_response() -> None:
    """The function did not answer; the count is that of its earlier attempts."""
    now = datetime(2026, 11, 24, 10, 0, 0, 1000, tzinfo=UTC)
    assert record_without_response("r-1", "arn", "EventAgeExceeded", 0, {"a": 1}, now) == {
        "version": "1.0",
        "timestamp": "2026-11-24T10:00:00.001Z",
        "requestContext": {
            "requestId": "r-1",
            "functionArn": "arn",
            "condition": "EventAgeExceeded",
            "approximateInvokeCount": 0,
        },
        "requestPayload": {"a": 1},
    }
