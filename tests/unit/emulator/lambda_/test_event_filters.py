"""Which records match the filters of a mapping, and the formats that filters tell apart."""

import base64
import json
from typing import Any

import pytest

from wavetank.emulator.lambda_.event_filters import matches_filters


def _message(body: str) -> dict[str, Any]:
    return {"body": body, "messageAttributes": {"name": {"stringValue": "value"}}}


def _kinesis(data: bytes) -> dict[str, Any]:
    part = {"partitionKey": "k", "data": base64.b64encode(data).decode()}
    return {"kinesis": part, "eventName": "aws:kinesis:record"}


@pytest.mark.parametrize(
    ("body", "pattern", "matches"),
    [
        ("text", '{"body": ["text"]}', True),
        ("text", '{"body": {"kind": ["order"]}}', False),
        ('{"kind": "order"}', '{"body": {"kind": ["order"]}}', True),
        ('{"kind": "order"}', '{"body": ["text"]}', False),
        ('{"number": 10000}', '{"body": {"number": [{"numeric": [">", 9999]}]}}', True),
        ("text", '{"messageAttributes": {"name": {"stringValue": ["value"]}}}', True),
    ],
)
def test_the_formats_of_body_and_filter_must_agree(body: str, pattern: str, matches: Any) -> None:
    """Lambda drops a message in the other format; a filter without a body reads the rest."""
    record = _message(body)
    assert matches_filters(record, [json.loads(pattern)]) is matches


def test_one_of_several_filters_suffices() -> None:
    """And without filters every message matches."""
    record = _message("text")
    assert matches_filters(record, [{"body": ["other"]}, {"body": ["text"]}])
    assert matches_filters(record, [])


@pytest.mark.parametrize(
    ("data", "patterns", "expected"),
    [
        (b'{"kind": "order"}', [], True),
        (b'{"kind": "order"}', [{"data": {"kind": ["order"]}}], True),
        (b'{"kind": "refund"}', [{"data": {"kind": ["order"]}}], False),
        (b"text", [{"data": {"kind": [{"exists": False}]}}], False),
        (b"text", [{"kinesis": {"partitionKey": ["k"]}}], True),
        (b"text", [{"data": {"kind": ["order"]}}, {"eventName": ["aws:kinesis:record"]}], True),
    ],
)
def test_data_are_filtered_as_json(data: bytes, patterns: Any, expected: bool) -> None:  # noqa: FBT001 - of the table
    """Data that are not JSON match no pattern about data, but one about anything else."""
    assert matches_filters(_kinesis(data), patterns) is expected
