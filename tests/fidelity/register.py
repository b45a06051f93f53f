"""Writes docs/fidelity.md: `.venv/bin/python -m tests.fidelity.register`."""

from collections.abc import Iterable, Iterator

from tests.fidelity import access, firehose, functions, mail, stacks
from tests.fidelity.gaps import DIFFERENT, UNPROVED, Gap
from wavetank.core.settings import read_settings

AREAS = (firehose.AREA, mail.AREA, access.AREA, functions.AREA, stacks.AREA)
BEHAVIOURS = tuple(row for area in AREAS for row in area.rows)
DOCUMENT = read_settings().project_folder / "docs" / "fidelity.md"
HEAD = """# How true the emulator is

Made by `.venv/bin/python -m tests.fidelity.register`; a test fails when it is out of date.

Each row of the first table is looked at by one test (`tests/fidelity`), on LocalStack 4.14 with
Wavetank's plug-ins and without them. What stands in a row is word for word what the test sees; what
AWS does is what the document named says.

"""
ROWS = """| area | situation | AWS, and Wavetank | LocalStack 4.14 alone | AWS's document |
|---|---|---|---|---|
"""
UNPROVED_HEAD = """
## Not proved

| area | AWS | here |
|---|---|---|
"""
DIFFERENT_HEAD = """
## Known to be different

| area | AWS | here |
|---|---|---|
"""


def render() -> str:
    """The whole document."""
    return "".join(
        (
            HEAD,
            ROWS,
            *_rows(),
            UNPROVED_HEAD,
            *_gaps(UNPROVED),
            DIFFERENT_HEAD,
            *_gaps(DIFFERENT),
        )
    )


def _rows() -> Iterator[str]:
    for row in BEHAVIOURS:
        same = "the same" if row.localstack == row.aws else row.localstack
        yield f"| {row.area} | {row.situation} | {row.aws} | {same} | {row.source} |\n"


def _gaps(gaps: Iterable[Gap]) -> Iterator[str]:
    for gap in gaps:
        yield f"| {gap.area} | {gap.aws} | {gap.here} |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(render())
