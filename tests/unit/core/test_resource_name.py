"""The names of resources in text, from their ARNs."""

import pytest

from wavetank.core.resource_name import resource_name

HERE = "eu-west-1:000000000000"


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"arn:aws:sqs:{HERE}:jobs.fifo", "queue jobs.fifo"),
        (f"arn:aws:events:{HERE}:rule/orders/all", "rule all"),
        (f"arn:aws:scheduler:{HERE}:schedule/default/nightly", "schedule nightly"),
        ("arn:aws:s3:::uploads", "bucket uploads"),
        (f"arn:aws:lambda:{HERE}:function:resize:live", "function resize"),
        (f"arn:aws:logs:{HERE}:log-group:/aws/lambda/resize:*", "log group /aws/lambda/resize"),
        (f"arn:aws:dynamodb:{HERE}:table/ships/stream/2026-11-24T10:00:00.000", "table ships"),
        (f"arn:aws:kinesis:{HERE}:stream/tide", "stream tide"),
        (f"arn:aws:firehose:{HERE}:deliverystream/tide", "firehose tide"),
    ],
)
def test_a_resource_is_named_by_its_kind_and_name(arn: str, name: str) -> None:
    """Without its account, region, group or version."""
    assert resource_name(arn) == name
