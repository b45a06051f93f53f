"""How a notebook shows things: charts without the network, tables of a page, errors in a line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from IPython.core.getipython import get_ipython

from wavetank.core.errors import WavetankError
from wavetank.core.findings import Finding
from wavetank.reporting.analysis.charts import draw_offline

ROWS_SHOWN = 20
CHARACTERS_SHOWN = 100


@dataclass(frozen=True)
class Words:
    """Sentences in place of a table or a chart."""

    text: str

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def prepare() -> None:
    """Called once at the beginning: from here on things are shown as this module says."""
    draw_offline()
    pl.Config.set_tbl_rows(ROWS_SHOWN)
    pl.Config.set_fmt_str_lengths(CHARACTERS_SHOWN)
    pl.Config.set_tbl_hide_column_data_types(active=True)
    shell: Any = get_ipython()
    if shell is not None:
        shell.set_custom_exc((WavetankError,), _in_a_line)


def _in_a_line(
    shell: Any, kind: type, error: WavetankError, trace: Any, **options: Any
) -> list[str]:
    """An error of ours says what to do; where in the code it was found helps nobody."""
    del kind, trace, options
    told = [f"Expected {error.expected}.", f"Found {error.found}.", f"What to do: {error.action}."]
    shell._showtraceback(type(error), error, told)  # noqa: SLF001 - as its own handlers do
    return told


def table(rows: pl.DataFrame, otherwise: str) -> pl.DataFrame | Words:
    """The rows, of which a page is shown; or, where there are none, the words.

    A column without a single value is left out.
    """
    if rows.is_empty():
        return Words(otherwise)
    return rows.select(column for column in rows if column.null_count() < rows.height)


def draw[T](chart: Callable[..., T], rows: pl.DataFrame, *more: pl.DataFrame) -> T | Words:
    """The chart of these rows; in words that there is nothing, where there are none."""
    return chart(rows, *more) if rows.height else Words("There is nothing to draw.")


def findings(judged: Iterable[Finding]) -> pl.DataFrame:
    """Verdicts as a table."""
    rows = [(finding.verdict.value, finding.requirement, finding.evidence) for finding in judged]
    return pl.DataFrame(rows, ["verdict", "requirement", "evidence"], orient="row")


def sentences(texts: Iterable[str], otherwise: str) -> Words:
    """One below the other."""
    return Words("\n".join(f"- {text}" for text in texts) or otherwise)


def plain(text: str, otherwise: str) -> Words:
    """A text as it is, such as an e-mail's; its author may have written anything."""
    indented = "\n".join(f"    {line}" for line in text.splitlines())
    return Words(indented or otherwise)
