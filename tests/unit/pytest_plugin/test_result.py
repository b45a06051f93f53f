"""What a run that broke an invariant has to say to whoever reads that a test failed."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.stories import MINUTE, calm, undrained, without
from wavetank.core.findings import Verdict
from wavetank.history import DestinationReached, Event, HistoryWriter, ObjectDelivered
from wavetank.invariants import check_history, generic_invariants
from wavetank.pytest_plugin.result import ScenarioResult
from wavetank.scenario.model import Scenario

COMMAND = "pytest test_x.py::test_y --wavetank-seed 5"


def _told(events: list[Event], folder: Path) -> ScenarioResult:
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


def test_a_run_in_which_all_holds_passes(tmp_path: Path) -> None:
    """Its records are there to be looked at, in order."""
    told = _told(calm(), tmp_path)
    told.assert_all_valid()
    assert set(told.verdicts.values()) == {Verdict.VALID}
    assert len(told.delivered) == 3 * 20
    assert "nothing went wrong" in told.account()


def test_a_broken_invariant_fails_the_test(tmp_path: Path) -> None:
    """With its evidence, the seed, and the command that plays it again."""
    told = _told(without(calm(), ObjectDelivered), tmp_path)
    with pytest.raises(AssertionError) as failure:
        told.assert_all_valid()
    lines = str(failure.value).splitlines()
    assert lines[0] == "1 of 5 invariants not shown to hold:"
    assert lines[1] == "  invalid: every accepted record is delivered exactly once (conservation)"
    assert "accepted but not delivered: 20" in lines[2]
    assert lines[3] == f"seed 5; the same again: {COMMAND}"


def test_what_nobody_knows_fails_the_test_too(tmp_path: Path) -> None:
    """Unknown never passes."""
    told = _told(undrained(calm()), tmp_path)
    with pytest.raises(AssertionError, match=r"unknown: drained \(drained\)"):
        told.assert_all_valid()


def test_the_account_says_what_went_wrong_and_when(tmp_path: Path) -> None:
    """What happened several times stands there once, with the time of the first."""
    told = _told(calm(3, failing=[2, 3]), tmp_path)
    lines = told.account().splitlines()
    assert lines[0] == "3m of virtual time, seed 5"
    assert "  00:02:00  streaming, attempt 1, ends by error: KeyError: 'x' (2 times)" in lines
    assert (
        "  00:02:00  streaming is given up after 3 attempts (RetriesExhausted) (2 times)" in lines
    )
    assert lines[-2:] == [
        f"all that happened: {told.history}",
        f"the same again: {COMMAND}",
    ]


def test_an_account_is_short(tmp_path: Path) -> None:
    """Of a run with many kinds of trouble the first dozen are told, each in one line."""
    events = calm(3, failing=[2])
    (reached,) = [event for event in events if isinstance(event, DestinationReached)]
    place = events.index(reached)
    more = [replace(reached, outcome=f"Error{number}\n{'x' * 500}") for number in range(20)]
    account = _told([*events[:place], *more, *events[place:]], tmp_path).account()
    assert "and 12 more kinds of trouble" in account
    assert max(len(line) for line in account.splitlines()[:-2]) < 200
