"""Statements as moto's parser reads them."""

from typing import Any

import pytest

from wavetank.emulator.dynamodb.partiql import StatementError, prepare_statement


@pytest.mark.parametrize(
    ("statement", "parameters", "expected"),
    [
        ("SELECT * FROM t WHERE a=?", [{"S": "x"}], "SELECT * FROM t WHERE a = ?"),
        (
            "SELECT * FROM t WHERE a>=1 AND b<>'c=d'",
            [],
            "SELECT * FROM t WHERE a >= 1 AND b <> 'c=d'",
        ),
        (
            "DELETE FROM t WHERE a=? AND b = ?",
            [{"S": "?"}, {"N": "1"}],
            "DELETE FROM t WHERE a = '?' AND b = 1",
        ),
        (
            "INSERT INTO \"a=b\" VALUE {'a': ?}",
            [{"BOOL": True}],
            "INSERT INTO \"a=b\" VALUE {'a': true}",
        ),
        ("INSERT INTO t VALUE {'a': <<1>>}", [], "INSERT INTO t VALUE {'a': <<1>>}"),
    ],
)
def test_a_statement_is_rewritten(statement: str, parameters: Any, expected: str) -> None:
    """Texts and names in quotation marks stay as they are."""
    call = {"Statement": statement, "Parameters": parameters}
    prepare_statement(call)
    assert call["Statement"] == expected


@pytest.mark.parametrize("parameters", [[], [{"L": []}], [{"S": "it's"}]])
def test_a_parameter_without_a_literal_is_refused(parameters: Any) -> None:
    """Rather than an item with another value."""
    with pytest.raises(StatementError):
        prepare_statement({"Statement": "DELETE FROM t WHERE a=?", "Parameters": parameters})
