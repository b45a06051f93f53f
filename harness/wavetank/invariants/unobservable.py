"""Findings of a run step by step: what such a run cannot observe is unknown, with the reason.

What no run on that engine can observe does not affect the exit code. Everything else does, and an
unknown there does not pass.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, Verdict, exit_code
from wavetank.invariants import CompleteSchedule, Conservation, EnoughAlerts, OneAlert

MANUAL_OPTIONS = {"trigger": "manual"}
"""The options in the first event of such a run's history."""
ON_SIMULATOR = {CompleteSchedule.key: "the ticks were invoked one by one, and no rule fired"}
ON_SANDBOX = ON_SIMULATOR | {
    Conservation.key: "which records Firehose accepted cannot be seen from outside"
}
MAIL = "e-mail cannot be observed on AWS, only what was published"
ON_AWS = ON_SANDBOX | {OneAlert.key: MAIL, EnoughAlerts.key: MAIL}


def unobservable(engine: EngineName) -> Mapping[str, str]:
    """By key, the invariants that a run step by step on the engine cannot decide, and why."""
    match engine:
        case EngineName.SIMULATOR:
            return ON_SIMULATOR
        case EngineName.AWS:
            return ON_AWS
        case EngineName.EMBEDDED | EngineName.DOCKER:
            return ON_SANDBOX


def mark_unobservable(findings: Iterable[Finding], engine: EngineName) -> list[Finding]:
    """The findings, with those unknown that such a run cannot decide."""
    reasons = unobservable(engine)
    return [
        replace(finding, verdict=Verdict.UNKNOWN, evidence=f"not checked: {reasons[finding.key]}")
        if finding.key in reasons
        else finding
        for finding in findings
    ]


def observable_exit_code(findings: Iterable[Finding], engine: EngineName) -> ExitCode:
    """The exit code of the findings that such a run can decide."""
    return exit_code(finding for finding in findings if finding.key not in unobservable(engine))
