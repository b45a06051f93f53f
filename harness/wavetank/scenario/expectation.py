"""What a scenario expects of a run, against what the judges found."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.core.suggestions import one_of
from wavetank.scenario.model import Expectations


def check_expectations(expectations: Expectations, judges: Iterable[str]) -> None:
    """Whether there is a judge for each invariant that is expected to hold or to break.

    Raises:
        UsageError: there is none; says which there are.
    """
    known = set(judges)
    for name in (*expectations.breaks, *(expectations.holds or ())):
        if name not in known:
            raise UsageError(*one_of("an invariant of the pipeline: one of", name, known))


def as_expected(findings: Sequence[Finding], expectations: Expectations) -> list[Finding]:
    """The findings as the scenario takes them: one that was to break is well where it did.

    What is expected neither to hold nor to break is left out.
    """
    taken = []
    for finding in findings:
        if finding.key in expectations.breaks:
            taken.append(_to_be_broken(finding))
        elif expectations.must_hold(finding.key):
            taken.append(finding)
    return taken


def _to_be_broken(finding: Finding) -> Finding:
    if finding.verdict is Verdict.INVALID:
        evidence = f"broken, as the scenario expects: {finding.evidence}"
        return replace(finding, verdict=Verdict.VALID, evidence=evidence)
    if finding.verdict is Verdict.VALID:
        evidence = f"expected to be broken, and held: {finding.evidence}"
        return replace(finding, verdict=Verdict.INVALID, evidence=evidence)
    return finding
