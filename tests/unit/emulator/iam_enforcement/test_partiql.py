"""Statements of PartiQL need the action that they are, on the table that they name."""

import pytest

from wavetank.emulator.iam_enforcement.operations.partiql import PartiqlStatement, read_statement


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('SELECT * FROM "t.1" WHERE id = 1', PartiqlStatement("PartiQLSelect", "t.1")),
        ('select a from "table"."index"', PartiqlStatement("PartiQLSelect", "table", "index")),
        ("SELECT a FROM table.index", PartiqlStatement("PartiQLSelect", "table", "index")),
        ("SELECT 'x FROM other' FROM mine", PartiqlStatement("PartiQLSelect", "mine")),
        ('SELECT "a FROM other" FROM mine', PartiqlStatement("PartiQLSelect", "mine")),
        ("SELECT * -- FROM other\nFROM mine", PartiqlStatement("PartiQLSelect", "mine")),
        ("INSERT INTO mine VALUE {'id': 'x'}", PartiqlStatement("PartiQLInsert", "mine")),
        ("UPDATE mine SET a = 'FROM other'", PartiqlStatement("PartiQLUpdate", "mine")),
        ("DELETE FROM mine WHERE id = 'it''s FROM'", PartiqlStatement("PartiQLDelete", "mine")),
        ("EXISTS(SELECT * FROM mine)", PartiqlStatement("PartiQLSelect", "mine")),
    ],
)
def test_a_statement_is_one_action_on_one_table(text: str, expected: PartiqlStatement) -> None:
    """Whatever stands in quotation marks or comments, and in whatever case."""
    assert list(read_statement(text)) == [expected]


@pytest.mark.parametrize(
    "text", ["", "SELECT * FROM one FROM two", "UPDATE", "DROP mine", "SELECT * FROM"]
)
def test_what_is_not_understood_is_every_action_on_all_that_it_names(text: str) -> None:
    """So a policy that denies one of the tables denies the statement."""
    found = list(read_statement(text))
    names = {word for word in text.split() if len(word) >= 3}
    assert {statement.table for statement in found} == names
    assert len(found) == 4 * len(names)
