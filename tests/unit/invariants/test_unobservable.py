"""Findings of a run step by step."""

import pytest

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, Verdict
from wavetank.invariants.unobservable import mark_unobservable, observable_exit_code


def _findings(**verdicts: Verdict) -> list[Finding]:
    return [
        Finding(key, verdict, "seen", key.replace("_", "-")) for key, verdict in verdicts.items()
    ]


FOUND = _findings(
    schedule_completeness=Verdict.UNKNOWN,
    conservation=Verdict.INVALID,
    one_notice=Verdict.VALID,
    alerts=Verdict.VALID,
    drained=Verdict.VALID,
)


@pytest.mark.parametrize(
    ("engine", "unknown"),
    [
        (EngineName.SIMULATOR, 1),
        (EngineName.EMBEDDED, 2),
        (EngineName.DOCKER, 2),
        (EngineName.AWS, 4),
    ],
)
def test_what_an_engine_cannot_observe_is_unknown_with_its_reason(
    engine: EngineName, unknown: int
) -> None:
    """Whatever the invariant found without the events that it needs."""
    findings = mark_unobservable(FOUND, engine)
    open_ones = [finding for finding in findings if finding.verdict is Verdict.UNKNOWN]
    assert len(open_ones) == unknown
    assert all(finding.evidence.startswith("not checked: ") for finding in open_ones)
    assert [finding.key for finding in findings] == [finding.key for finding in FOUND]


def test_only_observable_invariants_decide_the_exit_code() -> None:
    """And an unknown among those does not pass."""
    assert observable_exit_code(FOUND, EngineName.SIMULATOR) is ExitCode.BROKEN
    assert observable_exit_code(FOUND, EngineName.EMBEDDED) is ExitCode.VALID
    undrained = _findings(conservation=Verdict.VALID, drained=Verdict.UNKNOWN)
    assert observable_exit_code(undrained, EngineName.AWS) is ExitCode.UNKNOWN
