"""Verdicts of a story that is told by hand."""

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
def test_what_an_engine_cannot_show_is_unknown_with_its_reason(
    engine: EngineName, unknown: int
) -> None:
    """Whatever a judge made of the events that are not there."""
    told = mark_unobservable(FOUND, engine)
    open_ones = [finding for finding in told if finding.verdict is Verdict.UNKNOWN]
    assert len(open_ones) == unknown
    assert all(finding.evidence.startswith("not judged: ") for finding in open_ones)
    assert [finding.key for finding in told] == [finding.key for finding in FOUND]


def test_only_what_can_be_shown_decides() -> None:
    """And of that an unknown never passes."""
    assert observable_exit_code(FOUND, EngineName.SIMULATOR) is ExitCode.BROKEN
    assert observable_exit_code(FOUND, EngineName.EMBEDDED) is ExitCode.VALID
    undrained = _findings(conservation=Verdict.VALID, drained=Verdict.UNKNOWN)
    assert observable_exit_code(undrained, EngineName.AWS) is ExitCode.UNKNOWN
