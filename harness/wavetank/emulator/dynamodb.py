"""DynamoDB for machines without Java.

LocalStack's own provider starts AWS's DynamoDB Local, a Java program fetched from a CDN. This one
answers from the moto backend that LocalStack ships with: no Java, no download, no extra process.
Selected with `PROVIDER_OVERRIDE_DYNAMODB=wavetank`.
"""

from localstack.aws.api.dynamodb import DynamodbApi
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider


class MotoDynamoDb(DynamodbApi):
    """The whole API left to moto: LocalStack falls back for every operation not defined here."""


@aws_provider(api="dynamodb", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_dynamodb() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    return Service.for_provider(MotoDynamoDb(), dispatch_table_factory=MotoFallbackDispatcher)
