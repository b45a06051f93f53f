"""UPDATED_OLD and UPDATED_NEW of UpdateItem: the attributes that the update names.

Moto returns those that have another value afterwards. Here it is asked for all attributes, of which
those of the update are returned, of a nested path only what it leads to.
[DynamoDB API reference: UpdateItem, ReturnValues]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.parsing.ast_nodes import (
    ExpressionAttribute,
    ExpressionAttributeName,
    ExpressionSelector,
    UpdateExpressionAddAction,
    UpdateExpressionDeleteAction,
    UpdateExpressionRemoveAction,
    UpdateExpressionSetAction,
)
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

ACTIONS = [
    UpdateExpressionAddAction,
    UpdateExpressionDeleteAction,
    UpdateExpressionRemoveAction,
    UpdateExpressionSetAction,
]
ALL = {"UPDATED_NEW": "ALL_NEW", "UPDATED_OLD": "ALL_OLD"}

type Path = tuple[str | int, ...]
"""An attribute's name, and then keys of maps and indexes of lists."""


def with_all_values(request: dict[str, Any]) -> dict[str, Any]:
    """The request, for all attributes if it asks for the updated ones."""
    wanted = request.get("ReturnValues", "NONE")
    return request | {"ReturnValues": ALL[wanted]} if wanted in ALL else request


def only_updated(request: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, with the updated attributes only if the request asks for them."""
    if request.get("ReturnValues") not in ALL or "Attributes" not in answer:
        return answer
    return answer | {"Attributes": select(answer["Attributes"], updated_paths(request))}


def updated_paths(request: Mapping[str, Any]) -> list[Path]:
    """The paths that the request updates."""
    if not request.get("UpdateExpression"):
        return [(name,) for name in request.get("AttributeUpdates", ())]
    tree = UpdateExpressionParser.make(request["UpdateExpression"])
    names = request.get("ExpressionAttributeNames", {})
    return [_path(action.children[0], names) for action in tree.find_clauses(ACTIONS)]


def _path(node: Any, names: Mapping[str, str]) -> Path:
    return tuple(_step(child, names) for child in node.children if _is_step(child))


def _is_step(node: Any) -> bool:
    return isinstance(node, ExpressionAttribute | ExpressionAttributeName | ExpressionSelector)


def _step(node: Any, names: Mapping[str, str]) -> str | int:
    (content,) = node.children
    found: str | int = names[content] if isinstance(node, ExpressionAttributeName) else content
    return found


def select[Name: (str, int)](
    attributes: Mapping[Name, Any], paths: Iterable[Path]
) -> dict[Name, Any]:
    """The parts of the attributes to which the paths lead."""
    wanted: dict[str | int, list[Path]] = {}
    for first, *rest in paths:
        wanted.setdefault(first, []).append(tuple(rest))
    return {
        name: selected
        for name, value in attributes.items()
        if name in wanted and (selected := _select_value(value, wanted[name])) is not None
    }


def _select_value(value: dict[str, Any], paths: list[Path]) -> dict[str, Any] | None:
    """The value, or the parts of it to which the paths lead; None if there are none."""
    if () in paths:
        return value
    ((kind, content),) = value.items()
    if kind == "M":
        parts = select(content, paths)
        return {"M": parts} if parts else None
    if kind == "L":
        found = select(dict(enumerate(content)), paths)
        return {"L": list(found.values())} if found else None
    return None
