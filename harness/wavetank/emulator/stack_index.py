"""A deployed stack, with its resources by type; `stacks` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

RULE = "AWS::Events::Rule"
FUNCTION = "AWS::Lambda::Function"
STREAM = "AWS::KinesisFirehose::DeliveryStream"
BUCKET = "AWS::S3::Bucket"
TOPIC = "AWS::SNS::Topic"
TABLE = "AWS::DynamoDB::Table"
ROLE = "AWS::IAM::Role"
OF_A_PIPELINE = frozenset({RULE, FUNCTION, STREAM})
"""A stack with one of these types processes data; others only store data, or do nothing."""


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """A deployed CloudFormation stack; `ids` has names or ARNs of its resources, by type."""

    name: str
    status: str
    changed: datetime
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_pipeline(self) -> bool:
        """Whether the stack processes data."""
        return not OF_A_PIPELINE.isdisjoint(self.ids) and "DELETE" not in self.status

    def of(self, kind: str) -> tuple[str, ...]:
        """The names or ARNs of its resources of the type."""
        return self.ids.get(kind, ())
