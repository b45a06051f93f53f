"""Read the roster: a CSV as spreadsheets export it, with comma, semicolon or tab."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.errors import UsageError

REQUIRED = ("name", "surname")
COLUMNS: Mapping[str, str] = {
    "name": "name",
    "surname": "surname",
    "bucket": "bucket",
    "streamarn": "stream ARN",
    "email": "email",
}
"""The columns, by their titles without case, spaces and punctuation."""
DELIMITERS = ",;\t"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A line of the roster of `assess`; `line` counts from 1, missing values are empty.

    `problem` says why the line cannot be used; empty if it can.
    """

    line: int
    first_name: str
    surname: str
    bucket: str = ""
    stream_arn: str = ""
    email: str = ""
    problem: str = ""


def read_roster(path: Path) -> tuple[Person, ...]:
    """The persons in the file, in its order.

    Raises:
        UsageError: it is no such list; the message names line and column.
    """
    text = _text(path)
    lines = list(_filled(text))
    if not lines:
        raise UsageError("a header with name and surname", f"nothing in {path}", "fill it in")
    (line, header), *rows = lines
    columns = _columns(line, header)
    if not rows:
        raise UsageError("a line for each person", f"only a header in {path}", "fill it in")
    return tuple(_person(number, columns, cells) for number, cells in rows)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("a list of persons", str(error), "correct the path") from error
    try:
        return content.decode("utf-8-sig")  # spreadsheets write a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            "a list in UTF-8",
            f"byte {content[error.start]:#04x} in line {line} of {path}",
            "save it as 'CSV UTF-8'",
        ) from error


def _filled(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, each with its line number."""
    first = next((line for line in text.splitlines() if line.strip(DELIMITERS + " ")), "")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count), strict=True
    )
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        action = "correct its quotation marks"
        raise UsageError("a CSV", f"{error} in line {begins}", action) from error


def _columns(line: int, header: Sequence[str]) -> list[str]:
    """The key of each column."""
    found: list[str] = []
    for number, title in enumerate(header, 1):
        column = "".join(letter for letter in title.casefold() if letter.isalnum())
        position = f"{title!r} in line {line}, column {number}"
        if column not in COLUMNS:
            known = ", ".join(COLUMNS.values())
            raise UsageError(f"a header of {known}", position, "rename the column, or delete it")
        if column in found:
            raise UsageError("each column once", f"again {position}", "delete one of the two")
        found.append(column)
    for column in REQUIRED:
        if column not in found:
            raise UsageError(
                f"a column {column} in line {line}", ", ".join(header), "add it, or rename one"
            )
    return found


def _person(line: int, columns: Sequence[str], cells: Sequence[str]) -> Person:
    given = dict(zip(columns, cells, strict=False))
    extra = len(cells) - len(columns)
    return Person(
        line=line,
        first_name=given.get("name", ""),
        surname=given.get("surname", ""),
        bucket=given.get("bucket", ""),
        stream_arn=given.get("streamarn", ""),
        email=given.get("email", ""),
        problem=f"{extra} more cells than the header has" if extra > 0 else "",
    )
