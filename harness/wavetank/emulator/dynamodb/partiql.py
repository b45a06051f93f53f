"""PartiQL statements in the form that moto's parser reads; pure.

The parser finds nothing, or fails, where an operator has no spaces around it, and it knows
parameters in neither deletions nor insertions.
[DynamoDB developer guide: ql-reference; moto 5.1.24: dynamodb/parsing/partiql.py]
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

TOKEN = re.compile(
    r"""(?P<kept>'(?:[^']|'')*'|"(?:[^"]|"")*"|<<|>>)"""
    r"""|\s*(?P<operator><>|!=|<=|>=|=|(?<!<)<(?!<)|(?<!>)>(?!>))\s*|(?P<parameter>\?)"""
)
"""Texts and names in quotation marks, and the marks of sets, are kept."""
WITH_LITERALS = ("DELETE", "INSERT")
UNREADABLE = (
    "Statement wasn't well formed, can't be processed, or is not one that the sandbox's parser "
    "reads: {}"
)


class StatementError(ValueError):
    """A statement that is refused with ValidationException; the text is its message."""


def prepare_statement(call: dict[str, Any]) -> None:
    """Rewrite the statement of a call, or of a part of it, in place.

    Raises:
        StatementError: it has fewer parameters than question marks, or one without a literal.
    """
    statement = call.get("Statement")
    if not isinstance(statement, str):
        return
    takes_literals = statement.lstrip().upper().startswith(WITH_LITERALS)
    parameters = iter(call.get("Parameters") or ())

    def rewritten(token: re.Match[str]) -> str:
        if token["operator"]:
            return f" {token['operator']} "
        if token["parameter"] and takes_literals:
            return _literal(parameters)
        return token[0]

    call["Statement"] = TOKEN.sub(rewritten, statement)
    if takes_literals:
        call.pop("Parameters", None)


def unreadable_statement(error: Exception) -> str:
    """The message for a statement that moto's parser fails at."""
    return UNREADABLE.format(error or type(error).__name__)


def _literal(parameters: Iterable[Mapping[str, Any]]) -> str:
    """The next parameter as a literal.

    Raises:
        StatementError: there is none, or moto's parser reads no literal of it.
    """
    value = next(iter(parameters), None)
    if value is None:
        raise StatementError("Number of parameters in request and statement don't match.")
    match value:
        case {"S": str(text)} if "'" not in text:
            return f"'{text}'"
        case {"N": str(number)}:
            return number
        case {"BOOL": bool(truth)}:
            return str(truth).lower()
    kind = next(iter(value), "?")
    raise StatementError(UNREADABLE.format(f"a parameter of type {kind} in this statement"))
