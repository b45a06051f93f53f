"""Conditions from before expressions: Expected, and the comparisons of QueryFilter and ScanFilter.

Moto ignores Expected in DeleteItem, and its ConditionalOperator everywhere; comparisons of other
types raise.
[DynamoDB developer guide: LegacyConditionalParameters.Expected, .ConditionalOperator, .ScanFilter]
"""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.comparisons import get_expected
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType

from wavetank.emulator.patches import patch_of

EXPECTED, OPERATOR = "Expected", "ConditionalOperator"
OF_ONE_TYPE = frozenset({"<", "<=", ">", ">=", "LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH"})
COMPARE_BY_MOTO = patch_of("moto.dynamodb.models.dynamo_type:DynamoType.compare").original()


def is_expected(request: Mapping[str, Any], backend: DynamoDBBackend) -> bool:
    """Whether the item is as the request expects it; true if it expects nothing."""
    expected = request.get(EXPECTED)
    table = backend.tables.get(request.get("TableName", ""))
    if not expected or table is None:
        return True
    attributes = request.get("Key") or request["Item"]
    item = table.get_item(*backend.get_keys_value(table, attributes))
    results = [get_expected({name: part}).expr(item) for name, part in expected.items()]
    return any(results) if request.get(OPERATOR) == "OR" else all(results)


def without_expected(request: dict[str, Any]) -> dict[str, Any]:
    """The request without what `is_expected` has checked."""
    if EXPECTED not in request:
        return request
    return {name: value for name, value in request.items() if name not in {EXPECTED, OPERATOR}}


def compare(value: DynamoType, range_comparison: str, range_objs: list[DynamoType]) -> bool:
    """`DynamoType.compare`: values of different types are unequal, and in no order."""
    others = {other.type for other in range_objs} - {value.type}
    if others and range_comparison in OF_ONE_TYPE:
        return False
    if others and range_comparison in {"=", "EQ", "!=", "NE"}:
        return range_comparison in {"!=", "NE"}
    if range_comparison in {"CONTAINS", "NOT_CONTAINS"}:
        return _contains(value, range_objs[0]) is (range_comparison == "CONTAINS")
    return bool(COMPARE_BY_MOTO(value, range_comparison, range_objs))


def _contains(whole: DynamoType, part: DynamoType) -> bool:
    """Whether a string has the substring, or a set or list the element."""
    if whole.is_list():
        return part in whole.value
    is_inside = whole.type in {"S", "B"} and whole.type == part.type
    return (is_inside or whole.type == f"{part.type}S") and part.value in whole.value
