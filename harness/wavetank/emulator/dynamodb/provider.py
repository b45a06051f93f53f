"""DynamoDB for machines without Java, and which of the two to take.

LocalStack's own provider starts AWS's DynamoDB Local, a Java program fetched from a CDN. This one
answers from the moto backend that LocalStack ships with: no Java, no download, no extra process.
Selected with `PROVIDER_OVERRIDE_DYNAMODB=wavetank`.
"""

from localstack.aws.api.dynamodb import DynamodbApi
from localstack.aws.skeleton import DispatchTable
from localstack.config import SERVICE_PROVIDER_CONFIG
from localstack.services.dynamodb.packages import dynamodblocal_package
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider

from wavetank.emulator.dynamodb.direct import with_direct_answers
from wavetank.emulator.dynamodb.patches import replace_parts_of_moto
from wavetank.emulator.settings import DynamoDbChoice, read_emulator_settings

OURS = "wavetank"
STOCK = "default"


class MotoDynamoDb(DynamodbApi):
    """The whole API left to moto: LocalStack falls back for every operation not defined here."""


@aws_provider(api="dynamodb", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_dynamodb() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    replace_parts_of_moto()
    return Service.for_provider(MotoDynamoDb(), dispatch_table_factory=_dispatch_table)


def _dispatch_table(provider: object) -> DispatchTable:
    return with_direct_answers(MotoFallbackDispatcher(provider))


def choose_provider() -> str:
    """Sets the provider, and returns its name: LocalStack's where its program is installed.

    It is part of the published image, and would be fetched from a CDN elsewhere. Called by an init
    script of the start stage, before any service is loaded.
    """
    match read_emulator_settings().dynamodb:
        case DynamoDbChoice.LOCALSTACK:
            provider = STOCK
        case DynamoDbChoice.WAVETANK:
            provider = OURS
        case DynamoDbChoice.AUTO:
            provider = STOCK if dynamodblocal_package.get_installed_dir() else OURS
    SERVICE_PROVIDER_CONFIG.set_provider("dynamodb", provider)
    return provider
