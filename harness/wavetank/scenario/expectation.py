"""The findings of a run, compared with what its scenario expects."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.core.suggestions import one_of
from wavetank.scenario.model import Expectations

NOT_APPLICABLE = "the scenario names it, and nothing that it checks is deployed"


def check_expectations(expectations: Expectations, keys: Iterable[str]) -> None:
    """Check that every invariant that the scenario names exists.

    Raises:
        UsageError: one does not; names those that do.
    """
    known = set(keys)
    for name in (*expectations.breaks, *(expectations.check_only or ())):
        if name not in known:
            raise UsageError(*one_of("an invariant of the pipeline: one of", name, known))


def apply_expectations(findings: Sequence[Finding], expectations: Expectations) -> list[Finding]:
    """The findings as the scenario counts them: valid also if they break as expected.

    If `check_only` names invariants, all others that are not in `breaks` are left out. One that is
    named and not applicable is unknown: the scenario was written for another pipeline.
    """
    found = {finding.key for finding in findings}
    named = dict.fromkeys((*expectations.breaks, *(expectations.check_only or ())))
    applied = [
        Finding(key, Verdict.UNKNOWN, NOT_APPLICABLE, key) for key in named if key not in found
    ]
    for finding in findings:
        if finding.key in expectations.breaks:
            applied.append(_expect_broken(finding))
        elif expectations.must_hold(finding.key):
            applied.append(finding)
    return applied


def _expect_broken(finding: Finding) -> Finding:
    if finding.verdict is Verdict.INVALID:
        evidence = f"broken, as the scenario expects: {finding.evidence}"
        return replace(finding, verdict=Verdict.VALID, evidence=evidence)
    if finding.verdict is Verdict.NOT_EXERCISED:
        evidence = f"expected to be broken, and not exercised: {finding.evidence}"
        return replace(finding, verdict=Verdict.UNKNOWN, evidence=evidence)
    if finding.verdict is Verdict.VALID:
        evidence = f"expected to be broken, and held: {finding.evidence}"
        return replace(finding, verdict=Verdict.INVALID, evidence=evidence)
    return finding
