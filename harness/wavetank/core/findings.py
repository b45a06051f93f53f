"""What a check comes to: valid, invalid or unknown, with the evidence. Unknown never passes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wavetank.core.errors import ExitCode


class Verdict(StrEnum):
    """`unknown` is said where nothing was seen that could decide it, and it is not a pass."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One requirement judged: what was asked, what came of it, and what it was judged by.

    `key` is the requirement's short name, where it has one; `fix` says what to do where it does not
    hold.
    """

    requirement: str
    verdict: Verdict
    evidence: str
    key: str = ""
    fix: str = ""


def exit_code(findings: Iterable[Finding]) -> ExitCode:
    """One broken requirement outweighs any number of unknown ones."""
    verdicts = {finding.verdict for finding in findings}
    if Verdict.INVALID in verdicts:
        return ExitCode.BROKEN
    return ExitCode.UNKNOWN if Verdict.UNKNOWN in verdicts else ExitCode.VALID
