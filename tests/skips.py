"""Skipped tests, a line for each reason: what is missing matters, and not how often."""

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

PREFIX = "Skipped: "


def summarize(reporter: "TerminalReporter") -> None:
    """Writes the reasons with their numbers, the most frequent first."""
    reasons = Counter(_reason(report) for report in reporter.stats.get("skipped", ()))
    for reason, number in reasons.most_common():
        reporter.write_line(f"SKIPPED {number}: {reason}")


def _reason(report: Any) -> str:
    """Of a test's report; a module that is skipped whole has the same form."""
    detail = report.longrepr
    text = detail[2] if isinstance(detail, tuple) else str(detail)
    return str(text).removeprefix(PREFIX)
