"""Invariants of a test's own, by functions of the result."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.pipeline import NOON
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.pytest_plugin.custom_invariants import Check, with_custom_findings
from wavetank.pytest_plugin.result import ScenarioResult
from wavetank.pytest_plugin.test_context import RunContext
from wavetank.scenario.model import Scenario

DRAINED = Finding("nothing remains", Verdict.VALID, "nothing remained", "drained")
RESULT = ScenarioResult(
    findings=(DRAINED,),
    digest="",
    history=Path("history.jsonl"),
    scenario=Scenario(name="test", description="A test.", horizon=timedelta(minutes=1)),
    seed=1,
    lasted="1m",
    command="pytest",
)


def asserting(result: ScenarioResult) -> None:
    """A check that fails by an assertion."""
    assert result.seed == 2, "the seed is 1"


@pytest.mark.parametrize(
    ("check", "verdict", "evidence"),
    [
        (lambda _: None, Verdict.VALID, "no problem found"),
        (lambda _: [], Verdict.VALID, "no problem found"),
        (lambda result: f"seed {result.seed}", Verdict.INVALID, "seed 1"),
        (lambda _: ["one", "two"], Verdict.INVALID, "one; two"),
        (asserting, Verdict.INVALID, "the seed is 1"),
        (lambda _: Verdict.NOT_EXERCISED, Verdict.NOT_EXERCISED, "as the check says"),
        (lambda _: False, Verdict.UNKNOWN, "the check itself failed: TypeError"),
        (lambda _: ["one", 2, 3], Verdict.UNKNOWN, "expected texts of what is wrong, found 2"),
        (lambda result: result.nothing, Verdict.UNKNOWN, "AttributeError"),
    ],
)
def test_what_a_check_finds_is_a_finding(check: Check, verdict: Verdict, evidence: str) -> None:
    """Beside those of the pipeline, under the name that the test gives it."""
    first, found = with_custom_findings(RESULT, {"each order is shipped": check}).findings
    assert first is DRAINED
    assert (found.key, found.verdict) == ("each order is shipped", verdict)
    assert evidence in found.evidence


def test_a_name_of_the_pipelines_own_is_refused() -> None:
    """Its verdict would hide the other one."""
    with pytest.raises(UsageError, match="drained"):
        with_custom_findings(RESULT, {"drained": asserting})


def test_what_was_not_exercised_is_a_property_of_the_test() -> None:
    """So it is in JUnit's XML, with the reason; other verdicts are not."""
    context = RunContext(
        scenario=RESULT.scenario,
        seed=1,
        start=NOON,
        folder=Path(),
        command="pytest",
        run_reports=[],
        checks={"idle": lambda _: Verdict.NOT_EXERCISED},
    )
    assert set(context.completed(RESULT).verdicts) == {"drained", "idle"}
    assert context.properties == [("wavetank: idle", "not exercised: as the check says")]
