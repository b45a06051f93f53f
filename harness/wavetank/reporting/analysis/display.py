"""How notebooks show results: charts without the network, short tables, errors in one line."""

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
class MarkdownText:
    """Text that a notebook shows in place of a table or a chart."""

    text: str

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def prepare() -> None:
    """Called once at the beginning: sets up how results are shown."""
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
    """Shows an error of Wavetank without a traceback, since it says what to do."""
    del kind, trace, options
    lines = [f"Expected {error.expected}.", f"Found {error.found}.", f"What to do: {error.action}."]
    shell._showtraceback(type(error), error, lines)  # noqa: SLF001 - IPython's own handlers call it too
    return lines


def table(rows: pl.DataFrame, otherwise: str) -> pl.DataFrame | MarkdownText:
    """The rows, of which the first are shown, or the text `otherwise` if there are none.

    Columns without any value are left out.
    """
    if rows.is_empty():
        return MarkdownText(otherwise)
    return rows.select(column for column in rows if column.null_count() < rows.height)


def draw[T](chart: Callable[..., T], rows: pl.DataFrame, *more: pl.DataFrame) -> T | MarkdownText:
    """The chart of these rows, or a text if there are none."""
    return chart(rows, *more) if rows.height else MarkdownText("There is nothing to draw.")


def findings(found: Iterable[Finding]) -> pl.DataFrame:
    """Verdicts as a table."""
    rows = [(finding.verdict.value, finding.requirement, finding.evidence) for finding in found]
    return pl.DataFrame(rows, ["verdict", "requirement", "evidence"], orient="row")


def sentences(texts: Iterable[str], otherwise: str) -> MarkdownText:
    """The texts as a list, or `otherwise` if there are none."""
    return MarkdownText("\n".join(f"- {text}" for text in texts) or otherwise)


def plain(text: str, otherwise: str) -> MarkdownText:
    """A text as it is, such as an e-mail's, which may contain anything."""
    indented = "\n".join(f"    {line}" for line in text.splitlines())
    return MarkdownText(indented or otherwise)
