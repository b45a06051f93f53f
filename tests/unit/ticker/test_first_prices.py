"""First prices are put where they are missing; a running price is never overwritten."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from wavetank.aws.clients import ClientError, error_code
from wavetank.emulator.dynamodb.execution import call_moto
from wavetank.ticker.contract import FIRST_PRICES, FirstPrice
from wavetank.ticker.first_prices import put_first_prices, reset_prices, seed_prices

ACCOUNT, REGION, TABLE = "123456789012", "eu-north-1", "prices"
"""An account of its own: it is emptied, and this process may have a simulator."""
CREATED = {
    "TableName": TABLE,
    "KeySchema": [{"AttributeName": "TickerName", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "TickerName", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
SINCE = datetime(2026, 11, 24, 10, tzinfo=UTC)
RUNNING = {
    "TickerName": {"S": "Index_2"},
    "Price": {"N": "91.2345"},
    "Tick": {"S": "2026-11-24T10:07:00Z"},
}
"""An item as the streaming function has moved it."""
FIRST = {"TickerName": {"S": "Index_2"}, "Price": {"N": "90"}}
"""The same as a deployment puts it."""


class Table:
    """A client of moto's DynamoDB in this process, which evaluates conditions as a service does."""

    def put_item(self, **request: Any) -> None:
        """Raises what the SDK's client raises."""
        status, text, _ = call_moto("put_item", request, ACCOUNT, REGION)
        if status != 200:
            error = json.loads(text)
            code = error["__type"].rpartition("#")[2]
            raise ClientError({"Error": {"Code": code, "Message": text}}, "PutItem")

    def items(self) -> dict[str, Mapping[str, Mapping[str, str]]]:
        """All of them, by ticker."""
        _, _, answer = call_moto("scan", {"TableName": TABLE}, ACCOUNT, REGION)
        return {item["TickerName"]["S"]: item for item in answer["Items"]}

    def prices(self) -> dict[str, Decimal]:
        """Where each walk stands."""
        return {name: Decimal(item["Price"]["N"]) for name, item in self.items().items()}


@pytest.fixture
def table() -> Any:
    """An empty one."""
    dynamodb_backends[ACCOUNT][REGION].reset()
    call_moto("create_table", CREATED, ACCOUNT, REGION)
    return Table()


def test_an_empty_table_gets_every_first_price(table: Any) -> None:
    """The five of the assignment, and the returned number is five."""
    assert seed_prices(table, TABLE, FIRST_PRICES) == 5
    assert table.prices() == {price.ticker: price.price for price in FIRST_PRICES}


def test_a_running_price_is_not_overwritten(table: Any) -> None:
    """A second deployment leaves the whole item unchanged, and puts the missing ones."""
    table.put_item(TableName=TABLE, Item=RUNNING)
    assert seed_prices(table, TABLE, FIRST_PRICES, SINCE) == 4
    assert table.items()["Index_2"] == RUNNING
    assert table.prices()["Index_1"] == Decimal(100)


def test_a_second_deployment_changes_no_item(table: Any) -> None:
    """Not even with another begin of the walk, and nothing is said to be put."""
    seed_prices(table, TABLE, FIRST_PRICES)
    table.put_item(TableName=TABLE, Item=RUNNING)
    before = table.items()
    assert seed_prices(table, TABLE, FIRST_PRICES, SINCE) == 0
    assert table.items() == before


def test_a_first_price_has_the_minute_before_its_walk(table: Any) -> None:
    """If the deployment gives one."""
    seed_prices(table, TABLE, [FirstPrice("Index_1", Decimal(100))], SINCE)
    assert table.items()["Index_1"]["Since"] == {"S": "2026-11-24T10:00:00Z"}


def test_another_error_of_dynamodb_is_raised(table: Any) -> None:
    """Only the condition says that a price runs; of a table that is missing, none does."""
    with pytest.raises(ClientError) as refused:
        seed_prices(table, "missing", FIRST_PRICES)
    assert error_code(refused.value) == "ResourceNotFoundException"


def test_a_reset_puts_every_price_again(table: Any) -> None:
    """The walk starts anew, with nothing left of the one before."""
    table.put_item(TableName=TABLE, Item=RUNNING)
    reset_prices(table, TABLE, FIRST_PRICES)
    assert table.items()["Index_2"] == FIRST


@pytest.mark.parametrize(("reset", "item"), [(False, RUNNING), (True, FIRST)])
def test_a_deployment_resets_a_running_price_on_request(
    table: Any, item: Mapping[str, Any], *, reset: bool
) -> None:
    """And not otherwise; either way it says that four were missing."""
    table.put_item(TableName=TABLE, Item=RUNNING)
    assert put_first_prices(table, TABLE, FIRST_PRICES, reset=reset) == 4
    assert table.items()["Index_2"] == item
