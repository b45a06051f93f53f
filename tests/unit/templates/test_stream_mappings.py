"""What the simulator refuses of event source mappings of streams."""

import pytest

from tests.unit.templates.conftest import ReadTemplate
from wavetank.templates.supported_resources import unsupported

TEMPLATE = """
Resources:
  Feed: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Items: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {}}}
  Other: {Type: AWS::KinesisFirehose::DeliveryStream, Properties: {S3DestinationConfiguration: {}}}
  Lost: {Type: AWS::S3::Bucket}
  Reads:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Feed.Arn
      TumblingWindowInSeconds: 0
      DestinationConfig: {OnFailure: {Destination: !GetAtt Lost.Arn}}
"""


def _refused(read: ReadTemplate, former: str = "", new: str = "") -> list[str]:
    return [each.found for each in unsupported(read(TEMPLATE.replace(former, new)).scope)]


@pytest.mark.parametrize(
    ("former", "new"),
    [
        ("Feed.Arn", "Items.StreamArn"),
        ("!GetAtt Lost.Arn", "arn:aws:s3:::lost"),
        ("!GetAtt Lost.Arn", "!Sub 'arn:aws:s3:::${Lost}'"),
    ],
)
def test_streams_and_tables_have_mappings(read: ReadTemplate, former: str, new: str) -> None:
    """With a bucket for what is discarded, in any form of its ARN."""
    assert _refused(read) == _refused(read, former, new) == []


@pytest.mark.parametrize(
    ("former", "new", "found"),
    [
        ("Seconds: 0", "Seconds: 60", "with TumblingWindowInSeconds"),
        ("!GetAtt Lost.Arn", "!GetAtt Other.Arn", "DeliveryStream as OnFailure"),
        ("Feed.Arn", "Other.Arn", "DeliveryStream as its source"),
    ],
)
def test_what_is_not_simulated_is_refused(
    read: ReadTemplate, former: str, new: str, found: str
) -> None:
    """By name: tumbling windows, other destinations, other sources."""
    (refused,) = _refused(read, former, new)
    assert found in refused
