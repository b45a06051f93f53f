"""Check that the table and the delivery stream that a script names are the deployed ones.

A name is recognized by where it is used (`Table("...")`, `TableName=`, `DeliveryStreamName=`) or by
the assignment's naming convention. A name that the script takes from its environment is always
right.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.naming import Names, StreamNameCase
from wavetank.core.text import file_position

TABLE, STREAM = "table", "delivery stream"
CONVENTION = {
    TABLE: re.compile(r"[\w.-]+-streaming-dynamodb", re.ASCII | re.IGNORECASE),
    STREAM: re.compile(r"[\w.-]+-deliverystream", re.ASCII | re.IGNORECASE),
}
KEYWORDS = {"TableName": TABLE, "DeliveryStreamName": STREAM}
VARIABLES = frozenset({"TABLE_NAME", "DELIVERY_STREAM_NAME"})
"""Set in the function's environment, so that a default given for one is never used."""


@dataclass(frozen=True, order=True)
class _Mention:
    """A resource's name in the script."""

    line: int
    column: int
    kind: str
    name: str


def check_names(path: Path, tree: ast.Module, names: Names) -> None:
    """Returns if every name in the script is the deployed one.

    Raises:
        UsageError: one is not; the error has both spellings and a fix.
    """
    expected = {TABLE: names.table, STREAM: names.delivery_stream}
    wrong = [m for m in sorted(_mentions(tree)) if m.name != expected[m.kind]]
    if not wrong:
        return
    kinds = dict.fromkeys(mention.kind for mention in wrong)
    raise UsageError(
        " and ".join(f"{kind} {expected[kind]}" for kind in kinds) + f" of {names.full_name}",
        " and ".join(f"{each.name!r} at {file_position(path, each.line)}" for each in wrong),
        _action(wrong, names),
    )


def _action(wrong: list[_Mention], names: Names) -> str:
    """What to do; the assignment spells the stream's name both in upper and in lower case."""
    stream = names.delivery_stream
    for case, spelt in (
        (StreamNameCase.UPPER, f"{names.stem}-deliverystream"),
        (StreamNameCase.LOWER, f"{names.stem.lower()}-deliverystream"),
    ):
        if spelt != stream and all(m.kind == STREAM and m.name == spelt for m in wrong):
            return f"give --stream-name-case {case}, or write {stream}: Firehose keeps case"
    expected = {TABLE: names.table, STREAM: stream}
    if all(mention.name.lower() == expected[mention.kind].lower() for mention in wrong):
        return "correct the letters' case: AWS keeps it"
    return "correct the constants, or give the --name that they were made from"


def _mentions(tree: ast.Module) -> set[_Mention]:
    """Every name of a table or a stream, once for each position."""
    ignored = _ignored_nodes(tree)
    constants = single_constants(tree)
    found: set[_Mention] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found.update(_passed(node, constants))
        elif isinstance(node, ast.Constant) and node not in ignored:
            found.update(_conventional(node))
    return found


def _passed(call: ast.Call, constants: dict[str, ast.Constant]) -> Iterator[_Mention]:
    """Names in the arguments where boto3 takes one."""
    arguments = [(KEYWORDS.get(keyword.arg or ""), keyword.value) for keyword in call.keywords]
    if isinstance(call.func, ast.Attribute) and call.func.attr == "Table":
        arguments += [(TABLE, argument) for argument in call.args[:1]]
        arguments += [(TABLE, keyword.value) for keyword in call.keywords if keyword.arg == "name"]
    for kind, value in arguments:
        constant = resolved(value, constants)
        if kind and constant is not None:
            yield _Mention(constant.lineno, constant.col_offset, kind, str(constant.value))


def _conventional(constant: ast.Constant) -> Iterator[_Mention]:
    for kind, convention in CONVENTION.items():
        if isinstance(constant.value, str) and convention.fullmatch(constant.value):
            yield _Mention(constant.lineno, constant.col_offset, kind, constant.value)


def _ignored_nodes(tree: ast.Module) -> set[ast.AST]:
    """Strings that name nothing: docstrings, parts of longer strings, unused defaults."""
    ignored: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=text):
                ignored.add(text)
            case ast.JoinedStr(values=parts):
                ignored.update(parts)
            case ast.BinOp(left=left, right=right):
                ignored.update((left, right))
            case ast.Call(args=[ast.Constant(value=str(name)), default]) if name in VARIABLES:
                ignored.add(default)
    return ignored


def resolved(value: ast.expr, constants: dict[str, ast.Constant]) -> ast.Constant | None:
    """The string constant that the expression is or refers to; None if that is not evident."""
    if isinstance(value, ast.Name):
        return constants.get(value.id)
    return value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def single_constants(tree: ast.Module) -> dict[str, ast.Constant]:
    """The string of each name that is assigned exactly once in the file, to a constant."""
    nodes = list(ast.walk(tree))
    given = Counter(
        [
            node.id
            for node in nodes
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        + [node.arg for node in nodes if isinstance(node, ast.arg)]
    )
    constants = {}
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str()) as text)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str()) as text)
            ) if given[name] == 1:
                constants[name] = text
    return constants
