"""UpdateItem with AttributeUpdates, the parameter from before update expressions.

Moto stores binary values and booleans as strings, and sets of binary values as lists.
[DynamoDB API reference: UpdateItem, AttributeUpdates, and AttributeValueUpdate]
"""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.exceptions import IncorrectDataType, MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item

TYPE_MISMATCH = "Type mismatch for attribute to update"
NOT_ADDED = "One or more parameter values were invalid: ADD action is not supported for the type {}"
SETS = frozenset({"BS", "NS", "SS"})


def update_with_attribute_updates(item: Item, attribute_updates: Mapping[str, Any]) -> None:
    """`Item.update_with_attribute_updates`.

    Raises:
        MockValidationException: an action does not fit the types.
    """
    for name, update in attribute_updates.items():
        value = DynamoType(update["Value"]) if "Value" in update else None
        updated = _updated(update.get("Action", "PUT"), item.attrs.get(name), value)
        if updated is None:
            item.attrs.pop(name, None)
        else:
            item.attrs[name] = updated


def _updated(
    action: str, current: DynamoType | None, value: DynamoType | None
) -> DynamoType | None:
    """The attribute's new value; None if there is none."""
    if value is None:
        return None
    match action:
        case "ADD":
            return _added(current, value)
        case "DELETE":
            return _without(current, value)
    return value


def _added(current: DynamoType | None, value: DynamoType) -> DynamoType:
    if value.type not in {"N", "L", *SETS}:
        raise MockValidationException(NOT_ADDED.format(value.type))
    if current is None:
        return value
    _check_types(current, value)
    if value.is_number():
        try:
            return current + value
        except IncorrectDataType as error:
            raise MockValidationException(TYPE_MISMATCH) from error
    added = value.value
    if value.is_set():
        added = [element for element in added if element not in current.value]
    return DynamoType({value.type: [*current.value, *added]})


def _without(current: DynamoType | None, value: DynamoType) -> DynamoType | None:
    if current is None:
        return None
    _check_types(current, value)
    rest = [element for element in current.value if element not in value.value]
    return DynamoType({value.type: rest}) if rest else None


def _check_types(current: DynamoType, value: DynamoType) -> None:
    if current.type != value.type:
        raise MockValidationException(TYPE_MISMATCH)
