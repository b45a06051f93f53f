"""The alert's subject and text, from whole, partial and hostile failure records."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification import message

RECORD = {
    "version": "1.0",
    "timestamp": "2026-11-23T18:09:05.568Z",
    "requestContext": {
        "requestId": "11111111-2222-3333-4444-555555555555",
        "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:DEDOREXP-streaming-lambda",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    },
    "requestPayload": {"time": "2026-11-23T18:06:00Z"},
    "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
    "responsePayload": {
        "errorMessage": "name 'prices' is not defined",
        "errorType": "NameError",
        "stackTrace": ['  File "/var/task/handler.py", line 8, in lambda_handler\n    prices()\n'],
    },
}


def test_the_subject_is_the_assignments_to_the_letter() -> None:
    """Reviewers find the e-mail by its subject."""
    assert message.subject("Dora Explorer") == "Failure: Dora Explorer, could not generate stream"


@pytest.mark.parametrize(
    "name", ["Zoë\nØrsted\r\t", "x" * 300, "", "\N{CJK UNIFIED IDEOGRAPH-674E}"]
)
def test_any_name_gives_a_subject_that_sns_takes(name: str) -> None:
    """Under 100 printable ASCII characters on one line, whoever it is."""
    subject = message.subject(name)
    assert len(subject) < 100
    assert subject.isascii()
    assert subject.isprintable()
    assert subject.endswith(", could not generate stream")


@pytest.mark.parametrize(
    "part",
    [
        "DEDOREXP-streaming-lambda",
        "2026-11-23T18:06:00Z",
        "2026-11-23T18:09:05.568Z",
        "RetriesExhausted",
        "Attempts:    3",
        "NameError: name 'prices' is not defined",
        "line 8, in lambda_handler",
    ],
)
def test_the_text_says_what_failed_when_how_often_and_why(part: str) -> None:
    """Somebody who reads it on a phone knows where to look."""
    assert part in message.text(RECORD).split("The record as Lambda sent it:")[0]


def test_the_raw_record_follows_whole() -> None:
    """Nothing that Lambda said is withheld."""
    assert json.loads(message.text(RECORD).split("The record as Lambda sent it:")[1]) == RECORD


def test_a_record_without_response_parts_is_still_a_message() -> None:
    """An event that grew too old was never run, and has no response."""
    record = {"requestContext": {"condition": "EventAgeExceeded"}}
    text = message.text(record)
    assert "EventAgeExceeded" in text
    assert "Error:       not said" in text


def test_a_long_record_is_cut_to_what_sns_takes_and_says_so() -> None:
    """A huge stack trace must not cost the alert."""
    text = message.text({"responsePayload": {"errorMessage": "é" * message.MESSAGE_BYTES_MAX}})
    assert len(text.encode()) <= message.MESSAGE_BYTES_MAX
    assert text.endswith(message.CUT_NOTICE)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
paths = st.sampled_from([*RECORD, *RECORD["requestContext"], *RECORD["responsePayload"]])


@given(st.dictionaries(paths, json_values | st.dictionaries(paths, json_values)) | json_values)
def test_no_record_breaks_the_alert(record: object) -> None:
    """Whatever the record holds, there is a message within the limit."""
    assert 0 < len(message.text(record).encode()) <= message.MESSAGE_BYTES_MAX
