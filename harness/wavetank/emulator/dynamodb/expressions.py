"""Caches moto's parsed condition and update expressions by their text.

A parsed condition depends on its text and on the names it uses; the values of each call are filled
in afterwards. An expression that does not parse is not cached: moto itself reports the error.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from moto.dynamodb.comparisons import AttributeValue, ConditionExpressionParser, OpDefault
from moto.dynamodb.parsing.ast_nodes import Expression, UpdateExpressionFunction
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

from wavetank.emulator.patches import patch_of

CACHE_SIZE = 4096
"""Cache size for each kind; expressions with values in their text are new each time."""
BOUND_CACHED = 64
"""Cache size for conditions with values: mostly equal within one transaction, seldom beyond it."""
STOCK_PARSE: Callable[..., Any] = patch_of(
    "moto.dynamodb.comparisons:ConditionExpressionParser.parse"
).original()
STOCK_MAKE: Callable[..., Any] = (
    patch_of("moto.dynamodb.parsing.expressions:UpdateExpressionParser.make").original().__func__
)


@dataclass(frozen=True, eq=False)
class _Condition:
    """The root of the syntax tree, and the names and values that occur in it.

    Compared by identity, because each is created once.
    """

    node: Any
    names: tuple[str, ...]
    values: tuple[str, ...]


class _Parser(ConditionExpressionParser):
    """Parses without the values, and stores the tree's root."""

    def _lookup_expression_attribute_value(self, name: str) -> dict[str, str]:  # noqa: ARG002 - moto's name
        return {"NULL": ""}  # a placeholder; `_Reader` puts the real value in

    def _make_op_condition(self, node: Any) -> Any:
        self.root = getattr(self, "root", node)
        return super()._make_op_condition(node)


class _Reader(ConditionExpressionParser):
    """Builds the condition of a tree with the values of this call."""

    def _make_operand(self, node: Any) -> Any:
        if node.kind == self.Kind.EXPRESSION_ATTRIBUTE_VALUE:
            return AttributeValue(self._lookup_expression_attribute_value(node.text))
        return super()._make_operand(node)


def parse_condition(parser: ConditionExpressionParser) -> Any:
    """`ConditionExpressionParser.parse`: sets the parser's results, and returns the condition.

    Raises:
        Exception: moto's, if the text, a name or a value is wrong.
    """
    text = parser.condition_expression
    if not text:
        return OpDefault(None, None)  # type: ignore[arg-type]  # as moto makes it
    known = _known(text, parser.expression_attribute_names or {})
    values = parser.expression_attribute_values or {}
    if known is None or not all(name in values for name in known.values):
        return STOCK_PARSE(parser)
    parser.expr_attr_names_found.extend(known.names)
    parser.expr_attr_values_found.extend(known.values)
    return _bound(known, _Values(repr([values[name] for name in known.values]), values))


@dataclass(frozen=True)
class _Values:
    """The values of a call; equal if the values that the condition uses are equal."""

    used: str
    all: Mapping[str, Any] = field(compare=False)


@lru_cache(BOUND_CACHED)
def _bound(known: _Condition, values: _Values) -> Any:
    """The condition with its values; evaluating it does not change it, so it can be shared."""
    reader = _Reader("", None, dict(values.all))
    return reader._make_op_condition(known.node)  # noqa: SLF001 - moto has no public name for it


def find_clauses(node: Any, kinds: Sequence[type]) -> list[Any]:
    """`Node.find_clauses`: the clauses of these kinds below the node, in order."""
    found: list[Any] = []
    for child in node.children or ():
        kind = type(child)
        if kind in kinds:
            found.append(child)
        elif _may_have_clauses(kind):  # type: ignore[arg-type]  # a class can be hashed
            found += find_clauses(child, kinds)
    return found


@cache
def _may_have_clauses(kind: type) -> bool:
    return issubclass(kind, Expression | UpdateExpressionFunction)


def _known(text: str, names: Mapping[str, str]) -> _Condition | None:
    try:
        return _condition(text, tuple(names.items()))
    except Exception:  # noqa: BLE001 - whatever it is, moto's own parser raises it again
        return None


@lru_cache(CACHE_SIZE)
def _condition(text: str, names: tuple[tuple[str, str], ...]) -> _Condition:
    parser = _Parser(text, dict(names), None)
    STOCK_PARSE(parser)
    return _Condition(
        parser.root, tuple(parser.expr_attr_names_found), tuple(parser.expr_attr_values_found)
    )


@lru_cache(CACHE_SIZE)
def make_update(parser: type[UpdateExpressionParser], text: str) -> Any:
    """`UpdateExpressionParser.make`; callers copy the tree before they change it.

    Raises:
        Exception: moto's, if the text is wrong.
    """
    return STOCK_MAKE(parser, text)
