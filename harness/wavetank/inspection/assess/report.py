"""Rows for programs: as values for JSON, and as CSV for a spreadsheet."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wavetank.core.clock import rfc3339
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.findings import Verdict
from wavetank.core.private_files import users_umask
from wavetank.inspection.assess import access, assessor, bucket, convention, coverage, mail, walk
from wavetank.inspection.assess.assessor import Row

CRITERIA: Mapping[str, str] = {
    convention.KEY: convention.REQUIREMENT,
    bucket.KEY: bucket.REQUIREMENT,
    access.READABLE_KEY: access.READABLE,
    access.CLOSED_KEY: access.CLOSED,
    access.UNSIGNED_KEY: access.UNSIGNED,
    assessor.RECORDS_KEY: assessor.RECORDS,
    assessor.COPIES_KEY: assessor.COPIES,
    assessor.FRESH_KEY: assessor.FRESH,
    coverage.KEY: coverage.REQUIREMENT,
    walk.KEY: walk.REQUIREMENT,
    mail.KEY: mail.REQUIREMENT,
    assessor.COMPLETE_KEY: assessor.COMPLETE,
}
"""Every key that a finding may have, in the order of a row."""
PERSON = ("line", "name", "surname", "email", "bucket")
MEASURED = ("age_seconds", "minutes_covered", "last_alert")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a formula in a spreadsheet: names are untrusted."""


def require_writable(file: Path, roster: Path) -> None:
    """Checks the path of the CSV before the assessment rather than after it.

    Raises:
        UsageError: it is the roster itself, or its folder does not exist.
    """
    if file.absolute() == roster.absolute():
        raise UsageError("--csv beside the list", f"the list itself, {file}", "choose another file")
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise UsageError("a file in a folder that exists", str(file), "correct --csv")


def values_of(row: Row) -> dict[str, Any]:
    """The row's values by column."""
    person = row.subject.person
    return {
        "line": person.line,
        "name": person.first_name,
        "surname": person.surname,
        "email": person.email,
        "bucket": row.subject.bucket,
        "verdict": row.verdict,
        "age_seconds": None if row.age_seconds is None else round(row.age_seconds),
        "minutes_covered": row.minutes_covered,
        "last_alert": rfc3339(row.last_alert) if row.last_alert else None,
    }


def why(row: Row) -> list[str]:
    """Why the row is not valid, in words; if a finding is invalid, unknown ones are left out."""
    return [
        f"{finding.requirement}: {finding.evidence}"
        for finding in row.findings
        if finding.verdict is row.verdict is not Verdict.VALID
    ]


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Writes one line for each row, for a spreadsheet: UTF-8 with a byte order mark.

    Raises:
        InfrastructureError: the file cannot be written.
    """
    header = [*PERSON, "verdict", *CRITERIA, *MEASURED, "why"]
    try:
        with users_umask(), path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            for row in rows:
                verdicts = {finding.key: str(finding.verdict) for finding in row.findings}
                cells = {**values_of(row), **verdicts, "why": "; ".join(why(row))}
                writer.writerow({name: _cell(value) for name, value in cells.items()})
    except OSError as error:
        action = "choose another --csv"
        raise InfrastructureError(f"{path} to be written", str(error), action) from error


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
