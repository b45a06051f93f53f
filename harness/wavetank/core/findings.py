"""The result of a check, with evidence: valid, invalid, unknown, or not exercised."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wavetank.core.errors import ExitCode


class Verdict(StrEnum):
    """The verdict of a check.

    `unknown` means that it could not be decided, and never passes. `not exercised` means that there
    was nothing to check: no failure, and no evidence either.
    """

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    NOT_EXERCISED = "not exercised"

    @property
    def passes(self) -> bool:
        """Whether it fails neither a test nor a command."""
        return self in {self.VALID, self.NOT_EXERCISED}


@dataclass(frozen=True)
class Finding:
    """The result for one requirement: the requirement, the verdict, and the evidence.

    `key` is the requirement's short name, if it has one; `fix` says what to do if it is broken.
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
