"""A run with faults ends as the same run without them."""

import pytest

from tests.pipeline import NOON
from tests.sample_histories import assert_found, before, calm, undrained
from wavetank.core.errors import UsageError
from wavetank.core.findings import Verdict
from wavetank.history import (
    Drained,
    EndState,
    Event,
    EventSettled,
    FaultBegan,
    HttpAnswered,
    RecordsProcessed,
    RequestDiscarded,
    Settlement,
    StateEntry,
    WorkloadSent,
)
from wavetank.invariants import Convergence


def history(reference: list[StateEntry], found: list[StateEntry], *more: Event) -> list[Event]:
    """A run whose table ends so, and which drained."""
    states = (
        EndState(NOON, "table", "Orders", tuple(reference), is_reference=True),
        *more,
        EndState(NOON, "table", "Orders", tuple(found), is_reference=False),
    )
    return before(calm(1), Drained, *states)


ONE, TWO = StateEntry("1", '{"n": "1"}'), StateEntry("2", '{"n": "1"}')
DOUBLED = StateEntry("1", '{"n": "2"}')


def test_a_run_without_a_reference_is_not_exercised() -> None:
    """The reason is that it has no faults, or such that change its workload."""
    assert_found(Convergence(), calm(), Verdict.NOT_EXERCISED, "the run has no faults")
    fault = FaultBegan(NOON, "fault-1", "missed-tick", "")
    events = before(calm(1), Drained, fault)
    assert_found(Convergence(), events, Verdict.NOT_EXERCISED, "no run without the faults")


def test_equal_states_are_valid() -> None:
    """With the number of what was equal."""
    events = history([ONE, TWO], [TWO, ONE])
    assert_found(Convergence(), events, Verdict.VALID, "equal entries: 2")


def test_nothing_to_compare_is_no_pass() -> None:
    """As where the workload reached nothing."""
    assert_found(Convergence(), history([], []), Verdict.NOT_EXERCISED, "nothing was left")


def test_a_difference_is_invalid() -> None:
    """A resource that only one of both runs has is one, too."""
    evidence = 'table Orders 1: n "1" became "2"'
    assert_found(Convergence(), history([ONE], [DOUBLED]), Verdict.INVALID, evidence)
    queue = EndState(NOON, "queue", "Failed", (StateEntry("a message"),), is_reference=False)
    events = before(history([ONE], [ONE]), Drained, queue)
    assert_found(Convergence(), events, Verdict.INVALID, "queue Failed a message: added")


def test_a_run_that_did_not_drain_is_unknown() -> None:
    """What is missing may still come."""
    assert_found(Convergence(), undrained(history([ONE], [])), Verdict.UNKNOWN, "not drained")


@pytest.mark.parametrize(
    "unfinished",
    [
        EventSettled(NOON, "r", "a queue", ("m",), Settlement.DEAD_LETTERED),
        RequestDiscarded(NOON, "r", "f", "RetriesExhausted", 3),
        WorkloadSent(NOON, 1, "put-object", "Files", 1, "", (), "", "SlowDown"),
        HttpAnswered(NOON, "", "Api", "POST", "/", 502, 3),
        RecordsProcessed(NOON, "s", ("1",), ("an error",), is_failed=True),
        HttpAnswered(NOON, "", "function", "POST", "/", 429, 3),
    ],
)
def test_what_was_given_up_may_explain_any_difference(unfinished: Event) -> None:
    """What is missing, and what reports it, which may be a message, an object or an item."""
    report = EndState(NOON, "queue", "Failed", (StateEntry("a report"),), is_reference=False)
    events = history([ONE, TWO], [DOUBLED], unfinished, report)
    assert_found(Convergence(), events, Verdict.NOT_EXERCISED, "1 event given up")
    more = history([ONE], [ONE, TWO], unfinished)
    assert_found(Convergence(), more, Verdict.NOT_EXERCISED, "1 event given up")


def test_an_answer_that_blames_the_request_is_no_failure() -> None:
    """It was processed as without faults."""
    answer = HttpAnswered(NOON, "", "Api", "POST", "/", 404, 3)
    assert_found(Convergence(), history([ONE], [DOUBLED], answer), Verdict.INVALID)


def test_many_differences_are_counted() -> None:
    """And the first are shown."""
    found = [ONE, *(StateEntry(f"more {number}") for number in range(8))]
    assert_found(Convergence(), history([ONE], found), Verdict.INVALID, "and 3 more differences")


def test_a_pattern_leaves_fields_out_of_the_comparison() -> None:
    """How many values it left out is said."""
    more = StateEntry("2", '{"n": "1", "m": "1"}')
    events = history([ONE, more], [DOUBLED, more])
    assert_found(Convergence(["*.n"]), events, Verdict.VALID, "1 ignored by *.n")
    evidence = "*.n, Orders.m may differ, which is each of 3 fields: name those alone that differ"
    assert_found(Convergence(["*.n", "Orders.m"]), events, Verdict.NOT_EXERCISED, evidence)
    messages = history([StateEntry('{"n": 1}')], [StateEntry('{"n": 2}')])
    assert_found(Convergence(["Orders.*"]), messages, Verdict.NOT_EXERCISED, "each of 1 field")
    with pytest.raises(UsageError):
        Convergence(["*"])
