"""Streams in templates: with a number of shards they are provisioned, and have their retention.

LocalStack makes every stream without StreamModeDetails an on-demand one, with four shards.
[CloudFormation template reference: AWS::Kinesis::Stream; LocalStack 4.14: services/kinesis/
resource_providers/aws_kinesis_stream.py]
"""

from typing import Any

from wavetank.emulator.patches import patch_of

CREATE = (
    "localstack.services.kinesis.resource_providers.aws_kinesis_stream:KinesisStreamProvider.create"
)
RETENTION_DEFAULT_HOURS = 24


def correct_stream_resources() -> None:
    """Apply the patch."""
    patch = patch_of(CREATE)
    stock = patch.original()

    def create(provider: Any, request: Any) -> Any:
        wanted, kinesis = request.desired_state, request.aws_client_factory.kinesis
        if wanted.get("ShardCount") and not wanted.get("StreamModeDetails"):
            wanted["StreamModeDetails"] = {"StreamMode": "PROVISIONED"}
        is_first = "Arn" not in wanted
        event = stock(provider, request)
        if is_first:
            _set_properties(kinesis, wanted)
        return event

    patch.apply(create)


def _set_properties(kinesis: Any, wanted: Any) -> None:
    """Set what LocalStack leaves out at the creation."""
    hours = int(wanted.get("RetentionPeriodHours") or RETENTION_DEFAULT_HOURS)
    if hours > RETENTION_DEFAULT_HOURS:
        kinesis.increase_stream_retention_period(
            StreamARN=wanted["Arn"], RetentionPeriodHours=hours
        )
    if tags := wanted.get("Tags"):
        named = {tag["Key"]: tag["Value"] for tag in tags}
        kinesis.add_tags_to_stream(StreamARN=wanted["Arn"], Tags=named)
