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
class Outcome:
    """What came of a check, what it was judged by, and what to do where it does not hold."""

    verdict: Verdict
    evidence: str
    fix: str = ""


type Check = Callable[[Intention], Outcome]


def valid(evidence: str) -> Outcome:
    """It holds."""
    return Outcome(Verdict.VALID, evidence)


def invalid(evidence: str, fix: str) -> Outcome:
    """It does not, and the deployment would fail or do harm."""
    return Outcome(Verdict.INVALID, evidence, fix)


def unknown(evidence: str, fix: str) -> Outcome:
    """Nothing was seen that could decide it."""
    return Outcome(Verdict.UNKNOWN, evidence, fix)
