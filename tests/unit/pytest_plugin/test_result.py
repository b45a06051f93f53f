"""What the result of a run with a broken invariant says in the report of a failed test."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.sample_histories import MINUTE, calm, undrained, without
from wavetank.core.findings import Finding, Verdict
from wavetank.history import (
    ApiCalled,
    DestinationReached,
    Event,
    HistoryWriter,
    ObjectDelivered,
)
from wavetank.history.event import UNANSWERED
from wavetank.invariants import check_history, generic_invariants
from wavetank.pytest_plugin.result import ScenarioResult
from wavetank.scenario.model import Scenario

COMMAND = "pytest test_x.py::test_y --wavetank-seed 5"


def _result(events: list[Event], folder: Path) -> ScenarioResult:
    history = folder / "history.jsonl"
    with HistoryWriter(history) as writer:
        for event in events:
            writer.write(event)
    return ScenarioResult(
        findings=tuple(check_history(events, generic_invariants())),
        digest=writer.digest,
        history=history,
        scenario=Scenario(name="test", description="A test.", horizon=3 * MINUTE),
        seed=5,
        lasted="3m",
        command=COMMAND,
    )


def test_a_run_with_valid_invariants_passes(tmp_path: Path) -> None:
    """Its records are available in order."""
    result = _result(calm(), tmp_path)
    result.assert_all_valid()
    assert set(result.verdicts.values()) == {Verdict.VALID}
    assert len(result.delivered) == 3 * 20
    assert "nothing went wrong" in result.run_report()


def test_a_broken_invariant_fails_the_test(tmp_path: Path) -> None:
    """With its evidence, the seed, and the command that runs it again."""
    result = _result(without(calm(), ObjectDelivered), tmp_path)
    with pytest.raises(AssertionError) as failure:
        result.assert_all_valid()
    lines = str(failure.value).splitlines()
    assert lines[0] == "1 of 5 invariants not valid:"
    assert lines[1] == "  invalid: every accepted record is delivered exactly once (conservation)"
    assert "accepted but not delivered: 20" in lines[2]
    assert lines[3] == f"seed 5; run it again: {COMMAND}"


def test_an_unknown_verdict_fails_the_test(tmp_path: Path) -> None:
    """Unknown does not pass."""
    result = _result(undrained(calm()), tmp_path)
    with pytest.raises(AssertionError, match=r"unknown: nothing is in flight .* \(drained\)"):
        result.assert_all_valid()


def test_the_run_report_says_what_went_wrong_and_when(tmp_path: Path) -> None:
    """A repeated failure is listed once, with the time of the first."""
    result = _result(calm(3, failing=[2, 3]), tmp_path)
    lines = result.run_report().splitlines()
    assert lines[0] == "3m of virtual time, seed 5"
    assert "  00:02:00  streaming, attempt 1, ends by error: KeyError: 'x' (2 times)" in lines
    assert (
        "  00:02:00  streaming is given up after 3 attempts (RetriesExhausted) (2 times)" in lines
    )
    assert lines[-2:] == [
        f"history: {result.history}",
        f"run it again: {COMMAND}",
    ]


def test_a_run_report_is_short(tmp_path: Path) -> None:
    """Of many kinds of failure the first dozen are listed, each in one line."""
    events = calm(3, failing=[2])
    (reached,) = [event for event in events if isinstance(event, DestinationReached)]
    position = events.index(reached)
    more = [replace(reached, outcome=f"Error{number}\n{'x' * 500}") for number in range(20)]
    run_report = _result([*events[:position], *more, *events[position:]], tmp_path).run_report()
    assert "and 12 more kinds of failure" in run_report
    assert max(len(line) for line in run_report.splitlines()[:-2]) < 200


def test_a_failed_test_names_the_first_error_of_a_function(tmp_path: Path) -> None:
    """Why the requests were given up is usually why the invariant is broken."""
    events = without(calm(5, [2]), DestinationReached)
    with pytest.raises(AssertionError, match=r"3 attempts of streaming failed: \w+"):
        _result(events, tmp_path).assert_all_valid()


def test_a_call_without_an_answer_fails_the_test(tmp_path: Path) -> None:
    """Though every invariant holds: the run shows nothing about what the handler does with it."""
    calm_events = calm()
    call = ApiCalled(
        calm_events[1].at, "r", "comprehend", "DetectSentiment", UNANSWERED, took_effect=False
    )
    result = _result([calm_events[0], call, call, *calm_events[1:]], tmp_path)
    with pytest.raises(AssertionError) as failure:
        result.assert_all_valid()
    assert str(failure.value) == (
        "comprehend DetectSentiment has no answer (2 calls): write simulator.answers(service, "
        "operation, ...) in the test"
    )
    assert "comprehend DetectSentiment has no answer (2 times)" in result.run_report()


def test_an_invariant_without_anything_to_check_fails_no_test(tmp_path: Path) -> None:
    """Its verdict is among the others."""
    idle = Finding("order", Verdict.NOT_EXERCISED, "no group", "order")
    result = replace(_result(calm(), tmp_path), findings=(idle,))
    result.assert_all_valid()
    assert result.verdicts == {"order": Verdict.NOT_EXERCISED}
