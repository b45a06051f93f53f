"""Event patterns, with the operators and examples of EventBridge's user guide."""

from typing import Any

import pytest

from wavetank.emulator.event_patterns import matches_document

EVENT = {
    "source": "aws.ec2",
    "detail": {
        "state": "Running",
        "count": 5,
        "flag": True,
        "nothing": None,
        "ip": "10.0.0.33",
        "tags": ["blue", "round"],
        "parts": [{"name": "bolt", "size": 1}, {"name": "nut", "size": 2}],
        "empty": [],
    },
}


@pytest.mark.parametrize(
    ("detail", "matches"),
    [
        ({"state": ["Running"]}, True),
        ({"state": ["running"]}, False),
        ({"state": [{"equals-ignore-case": "running"}]}, True),
        ({"state": [{"prefix": "Run"}]}, True),
        ({"state": [{"prefix": {"equals-ignore-case": "run"}}]}, True),
        ({"state": [{"suffix": "ning"}]}, True),
        ({"state": [{"suffix": {"equals-ignore-case": "NING"}}]}, True),
        ({"count": [{"prefix": "5"}]}, False),
        ({"count": [5]}, True),
        ({"count": [5.0]}, True),
        ({"count": ["5"]}, False),
        ({"flag": [True]}, True),
        ({"flag": [1]}, False),
        ({"nothing": [None]}, True),
        ({"count": [{"numeric": [">", 0, "<=", 5]}]}, True),
        ({"count": [{"numeric": ["<", 5]}]}, False),
        ({"count": [{"numeric": ["=", 5]}]}, True),
        ({"flag": [{"numeric": ["=", 1]}]}, False),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"ip": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"state": [{"cidr": "10.0.0.0/24"}]}, False),
        ({"state": [{"wildcard": "R*ing"}]}, True),
        ({"state": [{"wildcard": "Run*ning"}]}, True),
        ({"state": [{"wildcard": "*"}]}, True),
        ({"state": [{"wildcard": r"R\*ing"}]}, False),
        ({"state": [{"anything-but": "Stopped"}]}, True),
        ({"state": [{"anything-but": ["Running", "Stopped"]}]}, False),
        ({"count": [{"anything-but": [5, 6]}]}, False),
        ({"state": [{"anything-but": {"prefix": "Run"}}]}, False),
        ({"state": [{"anything-but": {"prefix": ["Stop", "Wait"]}}]}, True),
        ({"state": [{"anything-but": {"suffix": "ning"}}]}, False),
        ({"state": [{"anything-but": {"wildcard": "R*g"}}]}, False),
        ({"state": [{"anything-but": {"equals-ignore-case": ["RUNNING", "x"]}}]}, False),
        ({"missing": [{"anything-but": "x"}]}, False),
        ({"state": [{"exists": True}]}, True),
        ({"state": [{"exists": False}]}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"parts": [{"exists": False}]}, True),
        ({"empty": [{"exists": True}]}, False),
        ({"tags": ["round"]}, True),
        ({"tags": ["square"]}, False),
        ({"tags": [{"anything-but": "blue"}]}, True),
        ({"parts": {"name": ["bolt"], "size": [1]}}, True),
        ({"parts": {"name": ["bolt"], "size": [2]}}, False),
        ({"parts": {"name": [{"exists": False}]}}, False),
        ({"$or": [{"state": ["Stopped"]}, {"count": [5]}]}, True),
        ({"$or": [{"state": ["Stopped"]}, {"count": [6]}], "flag": [True]}, False),
    ],
)
def test_an_operator_accepts_what_the_guide_says(detail: Any, matches: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """Also for values of other types, which no operator for text accepts."""
    assert matches_document({"source": ["aws.ec2"], "detail": detail}, EVENT) is matches


def test_an_empty_pattern_matches_everything() -> None:
    """As the filter of an event source mapping may be."""
    assert matches_document({}, EVENT)
