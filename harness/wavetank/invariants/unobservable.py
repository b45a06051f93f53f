"""Verdicts on a story that is told by hand: of what it cannot show, unknown, and why.

What no telling on that engine could show decides nothing about how the command ends; everything
else does, and an unknown of it never passes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, Verdict, exit_code
from wavetank.invariants import CompleteSchedule, Conservation, EnoughAlerts, OneNotice

MANUAL_OPTIONS = {"told": "by hand"}
"""In the options that the history of such a story begins with."""
IN_THE_SIMULATOR = {CompleteSchedule.key: "the ticks were told by hand, and no rule fired"}
ON_A_SANDBOX = IN_THE_SIMULATOR | {
    Conservation.key: "which records Firehose accepted cannot be seen from outside"
}
MAIL = "what came by e-mail cannot be seen on AWS, only what was published"
ON_AWS = ON_A_SANDBOX | {OneNotice.key: MAIL, EnoughAlerts.key: MAIL}


def unobservable(engine: EngineName) -> Mapping[str, str]:
    """The invariants that a story told there cannot decide, and why."""
    match engine:
        case EngineName.SIMULATOR:
            return IN_THE_SIMULATOR
        case EngineName.AWS:
            return ON_AWS
        case EngineName.EMBEDDED | EngineName.DOCKER:
            return ON_A_SANDBOX


def mark_unobservable(findings: Iterable[Finding], engine: EngineName) -> list[Finding]:
    """The findings, with those unknown that such a story cannot decide."""
    reasons = unobservable(engine)
    return [
        replace(finding, verdict=Verdict.UNKNOWN, evidence=f"not judged: {reasons[finding.key]}")
        if finding.key in reasons
        else finding
        for finding in findings
    ]


def observable_exit_code(findings: Iterable[Finding], engine: EngineName) -> ExitCode:
    """What those findings come to that such a story can decide."""
    return exit_code(finding for finding in findings if finding.key not in unobservable(engine))
