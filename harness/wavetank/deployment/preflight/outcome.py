"""The argument and the result of a preflight check."""

from collections.abc import Callable
from dataclasses import dataclass

from wavetank.aws.target import Target
from wavetank.core.clock import Clock
from wavetank.core.findings import Verdict
from wavetank.core.naming import Names


@dataclass(frozen=True, kw_only=True)
class PreflightContext:
    """The pipeline and the target of a planned deployment; `addresses` receive its alerts."""

    target: Target
    names: Names
    addresses: tuple[str, ...]
    clock: Clock


@dataclass(frozen=True)
class CheckOutcome:
    """The result of a preflight check: verdict, evidence, and the fix unless it is valid."""

    verdict: Verdict
    evidence: str
    fix: str = ""


type Check = Callable[[PreflightContext], CheckOutcome]


def valid(evidence: str) -> CheckOutcome:
    """The condition is met."""
    return CheckOutcome(Verdict.VALID, evidence)


def invalid(evidence: str, fix: str) -> CheckOutcome:
    """The condition is not met: the deployment would fail or do harm."""
    return CheckOutcome(Verdict.INVALID, evidence, fix)


def unknown(evidence: str, fix: str) -> CheckOutcome:
    """The condition could not be checked."""
    return CheckOutcome(Verdict.UNKNOWN, evidence, fix)
