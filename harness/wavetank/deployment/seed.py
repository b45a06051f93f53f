"""The table's first prices: put where there are none, never over a running price.

CloudFormation cannot put items, so this is the one step of a deployment outside the templates.

An item may say `Since`: the walk begins with the minute after it. Without it the walk begins with
whichever tick comes first, and where that one fails and the second does not, nobody knows that
there was one before.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.clock import rfc3339
from wavetank.core.ticker import FirstPrice

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
    """Puts every first price whose item is missing; returns how many were."""
    return sum(_put_missing(client, table, _item(price, since)) for price in prices)


def put_first_prices(
    client: "DynamoDBClient",
    table: str,
    prices: Sequence[FirstPrice],
    since: datetime | None = None,
    *,
    reset: bool = False,
) -> int:
    """What a deployment does: as `seed_prices`, and as `reset_prices` too where that was asked for.

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
    """Puts every first price, on purpose: the walk starts again, as if no tick had been made."""
    for price in prices:
        client.put_item(TableName=table, Item=_item(price, since))


def put_items(client: "DynamoDBClient", table: str, items: Sequence[Mapping[str, str]]) -> None:
    """Puts items as somebody saw them in another such table: its price is a number, else texts."""
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
            ConditionExpression="attribute_not_exists(TickerName)",
        )
    except ClientError as error:
        if error_code(error) == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _item(price: FirstPrice, since: datetime | None) -> dict[str, dict[str, str]]:
    item = {"TickerName": {"S": price.ticker}, "Price": {"N": str(price.price)}}
    return item if since is None else item | {"Since": {"S": rfc3339(since)}}
