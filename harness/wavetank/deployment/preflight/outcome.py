"""What a check is given, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass

from wavetank.aws.target import Target
from wavetank.core.clock import Clock
from wavetank.core.findings import Verdict
from wavetank.core.naming import Names


@dataclass(frozen=True, kw_only=True)
class Intention:
    """Which pipeline is about to be deployed where; `addresses` are to get its alerts."""

    target: Target
    names: Names
    addresses: tuple[str, ...]
    clock: Clock


@dataclass(frozen=True)
class CheckOutcome:
    """What came of a check, what it was judged by, and what to do where it does not hold."""

    verdict: Verdict
    evidence: str
    fix: str = ""


type Check = Callable[[Intention], CheckOutcome]


def valid(evidence: str) -> CheckOutcome:
    """It holds."""
    return CheckOutcome(Verdict.VALID, evidence)


def invalid(evidence: str, fix: str) -> CheckOutcome:
    """It does not, and the deployment would fail or do harm."""
    return CheckOutcome(Verdict.INVALID, evidence, fix)


def unknown(evidence: str, fix: str) -> CheckOutcome:
    """Nothing was seen that could decide it."""
    return CheckOutcome(Verdict.UNKNOWN, evidence, fix)
