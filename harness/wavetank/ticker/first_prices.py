"""The table's first prices: put only where they are missing, never over a running price.

CloudFormation cannot put items, so this is the one step of a deployment outside the templates.

An item may have `Since`: the price walk begins with the minute after it. Without it the walk begins
with the first tick that arrives; if that tick fails and the second one succeeds, the loss of the
first is not noticed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.clock import rfc3339
from wavetank.ticker.contract import FirstPrice

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

PRICE = "Price"


def seed_prices(
    client: "DynamoDBClient",
    table: str,
    prices: Sequence[FirstPrice],
    since: datetime | None = None,
) -> int:
    """Puts every first price whose item is missing; returns how many were missing."""
    return sum(_put_missing(client, table, _item(price, since)) for price in prices)


def put_first_prices(
    client: "DynamoDBClient",
    table: str,
    prices: Sequence[FirstPrice],
    since: datetime | None = None,
    *,
    reset: bool = False,
) -> int:
    """Puts the missing first prices; with `reset` overwrites the existing ones too.

    Returns how many prices were missing.
    """
    missing = seed_prices(client, table, prices, since)
    if reset:
        reset_prices(client, table, prices, since)
    return missing


def reset_prices(
    client: "DynamoDBClient",
    table: str,
    prices: Sequence[FirstPrice],
    since: datetime | None = None,
) -> None:
    """Overwrites every price with the first one: the walk starts again."""
    for price in prices:
        client.put_item(TableName=table, Item=_item(price, since))


def put_items(client: "DynamoDBClient", table: str, items: Sequence[Mapping[str, str]]) -> None:
    """Puts items read from another such table: the price as a number, the rest as strings."""
    for item in items:
        texts: dict[str, AttributeValueTypeDef] = {
            name: {"N": text} if name == PRICE else {"S": text} for name, text in item.items()
        }
        client.put_item(TableName=table, Item=texts)


def _put_missing(client: "DynamoDBClient", table: str, item: dict[str, dict[str, str]]) -> bool:
    try:
        client.put_item(
            TableName=table,
            Item=item,
            ConditionExpression="attribute_not_exists(TickerName)",  # a tick may write it too
        )
    except ClientError as error:
        if error_code(error) == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _item(price: FirstPrice, since: datetime | None) -> dict[str, dict[str, str]]:
    item = {"TickerName": {"S": price.ticker}, "Price": {"N": str(price.price)}}
    return item if since is None else item | {"Since": {"S": rfc3339(since)}}
