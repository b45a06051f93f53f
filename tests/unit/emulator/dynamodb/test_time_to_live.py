"""An item is deleted a minute after it has expired, unless that was years ago."""

from datetime import UTC, datetime
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType

from wavetank.emulator.dynamodb.time_to_live import is_due

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"N": str(SECONDS - 60)}, True),
        ({"N": str(SECONDS - 59)}, False),
        ({"N": f"{SECONDS - 60}.5"}, False),
        ({"N": str(SECONDS)}, False),
        ({"N": str(SECONDS - 4 * 365 * 86_400)}, True),
        ({"N": str(SECONDS - 6 * 365 * 86_400)}, False),
        ({"N": str(SECONDS * 1000)}, False),
        ({"S": str(SECONDS - 60)}, False),
        (None, False),
    ],
)
def test_an_item_is_due_by_its_attribute(value: dict[str, Any] | None, *, expected: bool) -> None:
    """Numbers count seconds; other types, and numbers of long ago, never expire."""
    attribute = None if value is None else DynamoType(value)
    assert is_due(attribute, NOW) is expected
