"""The table's first prices: put where there are none, never over a running price.

CloudFormation cannot put items, so this is the one step of a deployment outside the templates.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wavetank.clients import ClientError, error_code
from wavetank.ticker import FirstPrice

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def seed_prices(client: "DynamoDBClient", table: str, prices: Sequence[FirstPrice]) -> int:
    """Puts every first price whose item is missing; returns how many were."""
    return sum(_put_missing(client, table, price) for price in prices)


def reset_prices(client: "DynamoDBClient", table: str, prices: Sequence[FirstPrice]) -> None:
    """Puts every first price, on purpose: the walk starts again, as if no tick had been made."""
    for price in prices:
        client.put_item(TableName=table, Item=_item(price))


def _put_missing(client: "DynamoDBClient", table: str, price: FirstPrice) -> bool:
    try:
        client.put_item(
            TableName=table,
            Item=_item(price),
            ConditionExpression="attribute_not_exists(TickerName)",
        )
    except ClientError as error:
        if error_code(error) == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _item(price: FirstPrice) -> dict[str, dict[str, str]]:
    return {"TickerName": {"S": price.ticker}, "Price": {"N": str(price.price)}}
