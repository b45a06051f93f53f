"""DynamoDB and its streams without Java, on the moto backend that LocalStack ships with.

`requests` and `answers` correct what goes to moto and comes from it, `corrections` what moto does;
`patches` replaces its slowest parts with the same results, which tests compare.
"""

from wavetank.emulator.dynamodb.provider import choose_provider, moto_dynamodb, wavetank_dynamodb
from wavetank.emulator.dynamodb.streams_provider import wavetank_dynamodbstreams

__all__ = [
    "choose_provider",
    "moto_dynamodb",
    "wavetank_dynamodb",
    "wavetank_dynamodbstreams",
]
