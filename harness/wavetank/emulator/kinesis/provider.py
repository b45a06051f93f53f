"""The provider of Kinesis: moto's operations, and LocalStack's for consumers and policies.

Selected with `PROVIDER_OVERRIDE_KINESIS=wavetank`. [LocalStack 4.14: services/kinesis/provider.py]
"""

from localstack.services.kinesis.provider import KinesisProvider
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider

from wavetank.emulator.kinesis.shards import CORRECTIONS
from wavetank.emulator.kinesis.stream_resource import correct_stream_resources
from wavetank.emulator.patches import patch_of


class WavetankKinesis(KinesisProvider):
    """LocalStack's Kinesis provider without its server; moto executes the operations."""

    def on_before_state_load(self) -> None:
        """No server is running."""

    def on_before_state_reset(self) -> None:
        """No server is running."""

    def on_before_stop(self) -> None:
        """No server is running."""


@aws_provider(api="kinesis", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_kinesis() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    for target, ours in CORRECTIONS.items():
        patch_of(target).apply(ours)
    correct_stream_resources()
    return Service.for_provider(WavetankKinesis(), dispatch_table_factory=MotoFallbackDispatcher)
