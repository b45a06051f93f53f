"""DynamoDB for hosts without Java, and the choice between the two providers.

LocalStack's own provider starts AWS's DynamoDB Local, a Java program fetched from a CDN. This one
answers from the moto backend that LocalStack ships with: no Java, no download, no extra process.
Selected with `PROVIDER_OVERRIDE_DYNAMODB=wavetank`.
"""

from localstack.aws.api.dynamodb import DynamodbApi
from localstack.aws.skeleton import DispatchTable
from localstack.config import SERVICE_PROVIDER_CONFIG
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider

from wavetank.core.clock import WallClock
from wavetank.emulator.dynamodb.direct import DirectAnswers
from wavetank.emulator.dynamodb.patches import patch_moto
from wavetank.emulator.settings import DynamoDbChoice, read_emulator_settings

OURS = "wavetank"
STOCK = "default"


class MotoDynamoDb(DynamodbApi):
    """DynamoDB provider that defines no operation, so that LocalStack forwards all to moto."""


@aws_provider(api="dynamodb", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_dynamodb() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    patch_moto()
    return Service.for_provider(MotoDynamoDb(), dispatch_table_factory=_dispatch_table)


@aws_provider(api="dynamodb", name="moto")  # type: ignore[untyped-decorator]  # as above
def moto_dynamodb() -> Service:
    """Moto without Wavetank's patches, for comparisons: the provider name `moto`."""
    return Service.for_provider(MotoDynamoDb(), dispatch_table_factory=MotoFallbackDispatcher)


def _dispatch_table(provider: object) -> DispatchTable:
    return DirectAnswers(MotoFallbackDispatcher(provider), WallClock()).dispatch_table()


def choose_provider() -> str:
    """Set the provider of DynamoDB and of its streams, and return its name.

    LocalStack's own is DynamoDB Local, which the published image includes; elsewhere it would be
    fetched from a CDN. Called by an init script of the start stage, before any service is loaded.
    """
    ours = read_emulator_settings().dynamodb is DynamoDbChoice.WAVETANK
    provider = OURS if ours else STOCK
    for service in ("dynamodb", "dynamodbstreams"):
        SERVICE_PROVIDER_CONFIG.set_provider(service, provider)
    return provider
