"""Which notifications of a bucket are refused."""

from typing import Any

import pytest
from localstack.aws.api.s3 import InvalidArgument

from wavetank.emulator.s3.notification_checks import check_notifications

CREATED, PUT, REMOVED = "s3:ObjectCreated:*", "s3:ObjectCreated:Put", "s3:ObjectRemoved:*"


def _of(event: str, name: str = "", **rules: str) -> dict[str, Any]:
    """A configuration for the event, whose filter has these rules."""
    filters = [{"Name": rule.capitalize(), "Value": value} for rule, value in rules.items()]
    return {"Id": name, "Events": [event], "Filter": {"Key": {"FilterRules": filters}}}


def _is_accepted(notifications: dict[str, Any]) -> bool:
    try:
        check_notifications(notifications)
    except InvalidArgument:
        return False
    return True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_of(CREATED), _of(REMOVED)),
        (_of(CREATED, prefix="in/"), _of(PUT, prefix="out/")),
        (_of(CREATED, prefix="a", suffix=".x"), _of(CREATED, prefix="ab", suffix=".y")),
        (_of("s3:ObjectCreated:Copy"), _of(PUT)),
        (_of(CREATED, "a", prefix="a"), _of(CREATED, "b", prefix="b")),
    ],
)
def test_configurations_for_different_events_are_accepted(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """By type, prefix or suffix, for one destination or for two."""
    assert _is_accepted({"QueueConfigurations": [one, other], "EventBridgeConfiguration": {}})
    assert _is_accepted({"QueueConfigurations": [one], "TopicConfigurations": [other]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_of(CREATED), _of(CREATED)),
        (_of(CREATED), _of(PUT, prefix="in/")),
        (_of(PUT, prefix="in/a"), _of(CREATED, prefix="in/")),
        (_of(PUT, suffix=".gz"), _of(PUT, suffix=".tar.gz")),
        (_of(PUT, prefix="a"), _of(PUT, suffix="b")),
        (_of(PUT, "same", prefix="a"), _of(REMOVED, "same")),
    ],
)
def test_configurations_that_overlap_are_refused(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Two may not want the same event of one key, nor have the same id."""
    assert not _is_accepted({"QueueConfigurations": [one], "LambdaFunctionConfigurations": [other]})


@pytest.mark.parametrize(
    "configuration",
    [
        _of("s3:ObjectBogus:*"),
        {
            **_of(PUT),
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": v} for v in "ab"]}},
        },
    ],
)
def test_an_unknown_event_and_two_prefixes_are_refused(configuration: dict[str, Any]) -> None:
    """Whatever else the bucket has."""
    assert not _is_accepted({"TopicConfigurations": [configuration]})
