"""PartiQL for DynamoDB: the action of a statement, and its table and index.

[DynamoDB developer guide, ql-reference, ql-iam]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"""--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_0-9.:/-]+|\S""")
ACTIONS = {
    "DELETE": "PartiQLDelete",
    "EXISTS": "PartiQLSelect",
    "INSERT": "PartiQLInsert",
    "SELECT": "PartiQLSelect",
    "UPDATE": "PartiQLUpdate",
}
BEFORE_TABLE = {"DELETE": "FROM", "EXISTS": "FROM", "INSERT": "INTO", "SELECT": "FROM"}
"""The keyword before the table's name; in an update it is the first word itself."""
NAME = re.compile(r"[A-Za-z0-9_.:/-]{3,}")


@dataclass(frozen=True)
class PartiqlStatement:
    """The IAM action of a PartiQL statement without its prefix, its table and its index."""

    action: str
    table: str
    index: str | None = None


def read_statement(text: str) -> Iterator[PartiqlStatement]:
    """Parse the statement.

    One that cannot be parsed counts as every action on every table that it might name, so that
    policies can refuse it but not miss it; DynamoDB answers such a statement with an error.
    """
    tokens = [token for token in TOKEN.findall(text) if not token.startswith("--")]
    words = [token.upper() for token in tokens]
    first = words[0] if words else ""
    marker = BEFORE_TABLE.get(first, first)
    positions = [at for at, word in enumerate(words) if word == marker]
    if first not in ACTIONS or len(positions) != 1 or positions[0] + 1 >= len(tokens):
        yield from _every_action(tokens)
        return
    table, index = _table_and_index(tokens[positions[0] + 1 :])
    yield PartiqlStatement(ACTIONS[first], table, index)


def _table_and_index(tokens: list[str]) -> tuple[str, str | None]:
    """`"table"."index"`, or `table.index` if neither is quoted."""
    name = tokens[0]
    if not name.startswith('"'):
        table, _, index = name.partition(".")
        return table, index.strip('"') or None
    has_index = len(tokens) > 1 and tokens[1].startswith(".")
    index = (tokens[1] + (tokens[2] if len(tokens) > 2 else "")) if has_index else ""  # noqa: PLR2004 - table, dot, index
    return name.strip('"'), index.strip(".").strip('"') or None


def _every_action(tokens: list[str]) -> Iterator[PartiqlStatement]:
    names = {token.strip('"') for token in tokens if not token.startswith("'")}
    for name in sorted(names):
        if NAME.fullmatch(name):
            for action in sorted(set(ACTIONS.values())):
                yield PartiqlStatement(action, name)
