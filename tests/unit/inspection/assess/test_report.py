"""Rows for programs."""

import csv
from pathlib import Path

import pytest

from wavetank.core.errors import InfrastructureError
from wavetank.core.findings import Finding, Verdict
from wavetank.inspection.assess.assessor import Row
from wavetank.inspection.assess.convention import subjects_of
from wavetank.inspection.assess.report import CRITERIA, why, write_csv
from wavetank.inspection.assess.roster import Person


def row(first_name: str, *findings: Finding) -> Row:
    """What was found of a person."""
    (subject,) = subjects_of([Person(line=2, first_name=first_name, surname="Explorer")], "DE")
    return Row(subject, [subject.finding, *findings])


def test_a_name_is_not_a_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    """Names are untrusted, and a spreadsheet would evaluate them."""
    path = tmp_path / "rows.csv"
    write_csv(path, [row('=HYPERLINK("x")')])
    (found,) = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    assert found["name"] == '\'=HYPERLINK("x")'
    assert found["verdict"] == "invalid"


def test_every_criterion_has_its_column(tmp_path: Path) -> None:
    """Those that were not checked are empty."""
    path = tmp_path / "rows.csv"
    fresh = Finding("records keep arriving", Verdict.INVALID, "no object", "fresh")
    write_csv(path, [row("Dora", fresh)])
    (found,) = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    asked = {"convention": "valid", "fresh": "invalid"}
    assert {key: found[key] for key in CRITERIA} == {key: asked.get(key, "") for key in CRITERIA}
    assert found["why"] == "records keep arriving: no object"


def test_invalid_findings_outweigh_unknown_ones() -> None:
    """Unknown findings are reasons only if none is invalid."""
    broken = Finding("a", Verdict.INVALID, "is so", "fresh")
    unknown = Finding("b", Verdict.UNKNOWN, "may be", "walk")
    assert why(row("Dora", broken, unknown)) == ["a: is so"]
    assert why(row("Dora", unknown)) == ["b: may be"]
    assert why(row("Dora")) == []


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(InfrastructureError, match="rows"):
        write_csv(tmp_path / "absent" / "rows.csv", [row("Dora")])
