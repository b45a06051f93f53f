"""Filter policies of subscriptions, with the examples of SNS's developer guide."""

import json
from typing import Any

import pytest

from wavetank.emulator.sns.filter_policies import EmulatedSubscriptionFilter

ATTRIBUTES: Any = {
    "store": {"DataType": "String", "StringValue": "example_corp"},
    "price": {"DataType": "Number", "StringValue": "210.75"},
    "interests": {"DataType": "String.Array", "StringValue": '["rugby", "baseball", 3, null]'},
    "broken": {"DataType": "String.Array", "StringValue": "["},
    "raw": {"DataType": "Binary", "BinaryValue": b"x"},
}
FILTER = EmulatedSubscriptionFilter()


@pytest.mark.parametrize(
    ("policy", "matches"),
    [
        ({"store": ["example_corp"]}, True),
        ({"store": [{"anything-but": {"prefix": "example"}}]}, False),
        ({"price": [210.75]}, True),
        ({"price": [{"numeric": [">=", 100, "<", 300]}]}, True),
        ({"price": [{"anything-but": [210.75]}]}, False),
        ({"price": ["210.75"]}, False),
        ({"interests": ["rugby", "football"]}, True),
        ({"interests": [{"anything-but": ["rugby", "tennis"]}]}, True),
        ({"interests": [3]}, True),
        ({"broken": [{"prefix": "["}]}, True),
        ({"raw": [{"exists": True}]}, True),
        ({"absent": [{"exists": False}]}, True),
        ({"absent": [{"anything-but": "x"}, {"exists": False}]}, True),
        ({"absent": ["x"]}, False),
        ({"store": ["example_corp"], "absent": ["x"]}, False),
        ({"$or": [{"store": ["other"]}, {"price": [{"numeric": ["<", 300]}]}]}, True),
    ],
)
def test_attributes_are_compared_by_their_type(policy: Any, matches: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """Numbers as numbers, and each element of an array."""
    found = FILTER.check_filter_policy_on_message_attributes(policy, ATTRIBUTES)
    assert found is matches


@pytest.mark.parametrize(
    ("body", "matches"),
    [
        ('{"cargo": {"kind": "fish"}}', True),
        ('{"cargo": [{"kind": "salt"}, {"kind": "fish"}]}', True),
        ('{"cargo": {"kind": 7}}', False),
        ('["fish"]', False),
        ("fish", False),
    ],
)
def test_a_body_is_compared_as_a_document(body: str, matches: bool) -> None:  # noqa: FBT001 - as above
    """What is no JSON object does not match, and fails nothing."""
    policy = {"cargo": {"kind": [{"prefix": "fi"}]}}
    assert FILTER.check_filter_policy_on_message_body(policy, body) is matches
    assert json.dumps(policy)
