"""Executes update expressions on one item: planned once for each text, then applied.

moto validates an expression by copying its syntax tree and walking it ten times. Here the common
form - SET and REMOVE of whole attributes that are not keys - is planned once, and each call only
adds its values and its item. Any other form, and any failure, is passed to moto before anything is
changed, so all errors are moto's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.parsing.ast_nodes import (
    ExpressionAttribute,
    ExpressionAttributeName,
    ExpressionAttributeValue,
    UpdateExpressionAddAction,
    UpdateExpressionDeleteAction,
    UpdateExpressionFunction,
    UpdateExpressionPath,
    UpdateExpressionRemoveAction,
    UpdateExpressionSetAction,
    UpdateExpressionValue,
)
from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords
from moto.dynamodb.parsing.validators import (
    ActionCountValidator,
    OverlappingPathsValidator,
    UpdateExpressionValidator,
)

from wavetank.emulator.dynamodb.item_copy import copy_value

CACHE_SIZE = 4096
ACTIONS = [
    UpdateExpressionSetAction,
    UpdateExpressionRemoveAction,
    UpdateExpressionAddAction,
    UpdateExpressionDeleteAction,
]

type Attributes = Mapping[str, DynamoType]
type Values = Mapping[str, DynamoType]
type Operand = Callable[[Attributes, Values], DynamoType]
"""Computes the value to set, from the attributes before the update and the values of the call;
raises if there is none."""


class _NotSimpleError(Exception):
    """The expression, or this use of it, must be handled by moto."""


@dataclass
class Plan:
    """The planned steps of an update expression.

    `values` and `attributes` are all names that it refers to.
    """

    steps: list[tuple[str, Operand | None]] = field(default_factory=list)
    values: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Changes:
    """Attributes that an update sets, by name; the value None removes one."""

    attributes: tuple[tuple[str, DynamoType | None], ...]

    def normalize(self) -> None:
        """Does nothing, because the changes are already in order; moto calls it."""

    def apply(self, item: Item) -> None:
        """Change the item.

        Raises:
            ItemSizeTooLarge: it grows beyond DynamoDB's limit.
        """
        for name, value in self.attributes:
            if value is None:
                item.attrs.pop(name, None)
            else:
                item.attrs[name] = value


class Validator(UpdateExpressionValidator):
    """Replaces moto's validator in `update_item`: returns `Changes`, or what moto's returns."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._given, self._named = given, named

    def validate(self) -> Any:
        changes = self._changes(*self._given, **self._named)
        if changes is not None:
            return changes
        super().__init__(*self._given, **self._named)
        return super().validate()

    def _changes(
        self,
        expression: Any,
        expression_attribute_names: Mapping[str, str] | None,
        expression_attribute_values: Mapping[str, Any] | None,
        item: Item,
        table: Any,
    ) -> Changes | None:
        names = tuple((expression_attribute_names or {}).items())
        given = expression_attribute_values or {}
        plan = plan_of(expression, names)
        keys = {definition["AttributeName"] for definition in table.attr}
        if plan is None or plan.attributes & keys or not plan.values <= given.keys():
            return None
        try:
            values = {name: DynamoType(given[name]) for name in plan.values}
            steps = ((name, work and work(item.attrs, values)) for name, work in plan.steps)
            return Changes(tuple(steps))
        except Exception:  # noqa: BLE001 - moto says what is wrong; nothing was changed
            return None


class Executor(UpdateExpressionExecutor):
    """Replaces moto's executor: applies `Changes`, or executes what moto's validator returned."""

    def execute(self, node: Any = None) -> None:
        if isinstance(self.update_ast, Changes):
            self.update_ast.apply(self.item)
        else:
            super().execute(node)


@lru_cache(CACHE_SIZE)
def plan_of(expression: Any, names: tuple[tuple[str, str], ...]) -> Plan | None:
    """What the expression does, None if moto must handle it; a tree is compared by identity."""
    try:
        known = dict(names)
        ActionCountValidator().traverse(expression)
        OverlappingPathsValidator(known).traverse(expression)
        return _Planner(known).plan(expression)
    except Exception:  # noqa: BLE001 - moto says what is wrong
        return None


class _Planner:
    """Plans one expression, with the call's attribute names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._plan = Plan()

    def plan(self, expression: Any) -> Plan:
        for action in expression.find_clauses(ACTIONS):
            name = self._attribute(action.children[0])
            self._plan.steps.append((name, self._step(action)))
        return self._plan

    def _step(self, action: Any) -> Operand | None:
        match action:
            case UpdateExpressionSetAction():
                return self._operand(action.children[1])
            case UpdateExpressionRemoveAction():
                return None
        raise _NotSimpleError

    def _operand(self, node: Any) -> Operand:
        match node:
            case UpdateExpressionValue(children=[single]):
                return self._operand(single)
            case UpdateExpressionValue(children=[left, operator, right]):
                return _arithmetic(
                    self._operand(left), operator.get_operator(), self._operand(right)
                )
            case UpdateExpressionFunction(children=["if_not_exists", path, other]):
                return _if_not_exists(self._attribute(path), self._operand(other))
            case UpdateExpressionFunction(children=["list_append", first, second]):
                return _list_append(self._operand(first), self._operand(second))
            case ExpressionAttributeValue(children=[name]):
                self._plan.values.add(name)
                return lambda _, values: values[name]
            case UpdateExpressionPath():
                attribute = self._attribute(node)
                return lambda attributes, _: attributes[attribute]
        raise _NotSimpleError

    def _attribute(self, path: Any) -> str:
        """The attribute of the path if it is a top-level one."""
        match path:
            case UpdateExpressionPath(children=[ExpressionAttribute(children=[name])]):
                if name.upper() in ReservedKeywords.get_reserved_keywords():
                    raise _NotSimpleError
                found = str(name)
            case UpdateExpressionPath(children=[ExpressionAttributeName(children=[alias])]):
                found = self._names[alias]
                self._plan.attributes.add(alias)
            case _:
                raise _NotSimpleError
        self._plan.attributes.add(found)
        return found


def _arithmetic(left: Operand, operator: str, right: Operand) -> Operand:
    if operator == "+":
        return lambda attributes, values: left(attributes, values) + right(attributes, values)
    if operator == "-":
        return lambda attributes, values: left(attributes, values) - right(attributes, values)
    raise _NotSimpleError


def _if_not_exists(attribute: str, other: Operand) -> Operand:
    def value(attributes: Attributes, values: Values) -> DynamoType:
        found = attributes.get(attribute)
        return other(attributes, values) if found is None else found

    return value


def _list_append(first: Operand, second: Operand) -> Operand:
    def value(attributes: Attributes, values: Values) -> DynamoType:
        one, other = first(attributes, values), second(attributes, values)
        if not (one.is_list() and other.is_list()):
            raise _NotSimpleError
        made = copy_value(one)
        made.value.extend(other.value)
        return made

    return value
