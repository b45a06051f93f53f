"""Faults as values: their windows, what they hit, and which values are invalid."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from wavetank.core.durations import duration_text, parse_duration
from wavetank.core.field_values import FieldError
from wavetank.faults.calls import (
    ApiError,
    ApiLatency,
    LostReply,
    PartialBatchFailure,
    status_of,
)
from wavetank.faults.catalogue import (
    ALL_KINDS,
    HOST_KINDS,
    KINDS_BY_NAME,
    VIRTUAL_KINDS,
    engines_of,
)
from wavetank.faults.delivery import PermissionRemoved
from wavetank.faults.event_sources import (
    DuplicateBatch,
    ExpiredVisibilityTimeout,
    OutOfOrderMessage,
    PoisonMessage,
)
from wavetank.faults.fault import CountedFault, Fault
from wavetank.faults.functions import BrokenDeployment, FunctionTimeout, HandlerCrash
from wavetank.faults.plan import FaultPlan, consistent
from wavetank.faults.pushed_events import LateEvent
from wavetank.faults.ticks import DuplicateTick, LateTick, MissedTick

BEGIN = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
START = timedelta()


def test_window_is_counted_from_the_begin() -> None:
    """A fault begins `after` the start of the run, and is reverted `lasts` later."""
    fault = MissedTick(after=5 * MINUTE, lasts=2 * MINUTE)
    assert fault.window(BEGIN) == (BEGIN + 5 * MINUTE, BEGIN + 7 * MINUTE)


@pytest.mark.parametrize(
    ("occurrence", "times", "hits"),
    [(1, 1, [1]), (2, 1, [2]), (2, 3, [2, 3, 4]), (4, None, [4, 5, 6])],
)
def test_occurrences_are_counted_from_one(
    occurrence: int, times: int | None, hits: list[int]
) -> None:
    """It hits `times` events from the `occurrence`-th on; without `times`, all that follow."""
    fault = CountedFault(after=START, occurrence=occurrence, times=times)
    assert [number for number in range(1, 7) if fault.hits(number)] == hits


def test_every_kind_has_a_different_name() -> None:
    """No two of the 38 kinds share a name, and all but the last five happen in virtual time."""
    assert len(KINDS_BY_NAME) == len(ALL_KINDS) == 38
    assert ALL_KINDS[: len(VIRTUAL_KINDS)] == VIRTUAL_KINDS
    assert len(ALL_KINDS) - len(VIRTUAL_KINDS) == 5


def test_every_kind_is_supported_by_some_engine() -> None:
    """A kind that no engine could inject would be in no table and in no form."""
    assert [kind.kind for kind in ALL_KINDS if not engines_of(kind)] == []


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("ProvisionedThroughputExceededException", 400),
        ("InternalServerError", 500),
        ("ServiceUnavailableException", 500),
        ("SlowDown", 503),
    ],
)
def test_an_error_code_has_one_status_on_every_engine(code: str, status: int) -> None:
    """That of the service's API reference."""
    assert status_of(code) == status


def test_every_kind_is_described_and_has_a_target() -> None:
    """Any kind can say what it does and what it acts on."""
    for kind in ALL_KINDS:
        assert kind.title
        assert kind.summary().endswith(".")
        assert bool(kind.finds) == (kind not in HOST_KINDS)
        assert kind(after=START).target


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: MissedTick(after=-MINUTE), "after"),
        (lambda: MissedTick(after=timedelta(days=366)), "after"),
        (lambda: MissedTick(after=timedelta(microseconds=1)), "after"),
        (lambda: MissedTick(after=START, lasts=START), "lasts"),
        (lambda: LateTick(after=START, delay=-MINUTE), "delay"),
        (lambda: MissedTick(after=START, occurrence=0), "occurrence"),
        (lambda: MissedTick(after=START, times=16**5000), "times"),
        (lambda: HandlerCrash(after=START, call_number=0), "call_number"),
        (lambda: ApiError(after=START, call="dynamodb:Sacn"), "call"),
        (lambda: ApiError(after=START, code="not a code"), "code"),
        (lambda: PartialBatchFailure(after=START, code=""), "code"),
        (lambda: PartialBatchFailure(after=START, entries=()), "entries"),
        (lambda: PartialBatchFailure(after=START, entries=(3, 3)), "entries"),
        (lambda: PartialBatchFailure(after=START, entries=(500,)), "entries"),
        (lambda: PermissionRemoved(after=START, action="Scan"), "action"),
        (lambda: DuplicateBatch(after=START, gap=MINUTE / 40), "gap"),
        (lambda: OutOfOrderMessage(after=START, delay=timedelta(hours=13)), "delay"),
        (
            lambda: ExpiredVisibilityTimeout(after=START, visibility_timeout=timedelta(hours=13)),
            "visibility_timeout",
        ),
        (lambda: PoisonMessage(after=START, body=""), "body"),
        (lambda: PoisonMessage(after=START, body="x" * 1001), "body"),
        (lambda: LateEvent(after=START, event_source=""), "event_source"),
    ],
)
def test_impossible_fault_is_refused(make: Callable[[], Fault], field: str) -> None:
    """What cannot be is refused where it is made, by the field to correct."""
    with pytest.raises(FieldError) as refusal:
        make()
    assert refusal.value.field == field


def test_mistyped_call_is_recognised() -> None:
    """A refusal names the call that was probably meant."""
    with pytest.raises(FieldError, match=r"did you mean dynamodb:Scan\?"):
        LostReply(after=START, call="dynamodb:Sacn")


def test_contradiction_is_one_target_at_one_time() -> None:
    """Two faults of the same calls contradict each other while both are in force."""
    refused = ApiError(after=START, lasts=2 * MINUTE, call="firehose:PutRecordBatch")
    lost = LostReply(after=MINUTE, call="firehose:PutRecordBatch")
    slow = ApiLatency(after=MINUTE, call="firehose:PutRecordBatch")
    later = LostReply(after=20 * MINUTE, call="firehose:PutRecordBatch")
    assert FaultPlan((refused, lost, slow, later)).contradictions() == ((refused, lost),)


def test_broken_code_cannot_hang() -> None:
    """One function's code cannot be broken and hang at its first call at the same time."""
    plan = FaultPlan((BrokenDeployment(after=START), FunctionTimeout(after=MINUTE)))
    assert len(plan.contradictions()) == 1


def test_reverted_fault_contradicts_no_other() -> None:
    """The next fault may begin at the instant of the revert."""
    first = MissedTick(after=START, lasts=MINUTE)
    assert FaultPlan((first, DuplicateTick(after=MINUTE))).contradictions() == ()


def test_the_first_fault_of_a_contradiction_stays() -> None:
    """A plan made consistent loses the later fault of each contradiction, and no other."""
    first, second = MissedTick(after=START), LateTick(after=MINUTE)
    third = LostReply(after=MINUTE)
    assert consistent([first, second, third]) == FaultPlan((first, third))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_at_one_instant_reverts_come_before_faults_that_begin(order: tuple[int, int]) -> None:
    """Whatever their order in the plan, the later fault finds the earlier one reverted."""
    faults = (MissedTick(after=START, lasts=MINUTE), MissedTick(after=START + MINUTE, lasts=MINUTE))
    moments = FaultPlan(tuple(faults[number] for number in order)).moments(BEGIN)
    found = [(moment.at - BEGIN - START, moment.fault, moment.reverts) for moment in moments]
    assert found == [
        (0 * MINUTE, faults[0], False),
        (MINUTE, faults[0], True),
        (MINUTE, faults[1], False),
        (2 * MINUTE, faults[1], True),
    ]


def test_what_begins_at_one_instant_keeps_the_order_of_the_plan() -> None:
    """And so do reverts; each moment has its fault's name."""
    faults = (LateTick(after=START, lasts=MINUTE), MissedTick(after=START, lasts=MINUTE))
    moments = FaultPlan(faults).moments(BEGIN)
    names = ["fault-1-late-tick", "fault-2-missed-tick"]
    assert [moment.name for moment in moments] == names * 2


def test_plan_is_reverted_with_its_last_fault() -> None:
    """A plan is reverted when its last fault is, and an empty one from the start."""
    plan = FaultPlan((LateTick(after=20 * MINUTE), MissedTick(after=START)))
    assert plan.reverted_at(BEGIN) == BEGIN + 30 * MINUTE
    assert FaultPlan().reverted_at(BEGIN) == BEGIN


def test_fault_beyond_the_horizon_is_found() -> None:
    """A fault must be reverted at the end of the horizon, not later."""
    fault = MissedTick(after=5 * MINUTE, lasts=5 * MINUTE)
    assert FaultPlan((fault,)).beyond(10 * MINUTE) == ()
    assert FaultPlan((fault,)).beyond(9 * MINUTE) == (fault,)


def test_faults_of_a_plan_have_names() -> None:
    """Two faults of one kind have different names in a history."""
    plan = FaultPlan((MissedTick(after=START), MissedTick(after=20 * MINUTE)))
    assert [name for name, _ in plan.named()] == ["fault-1-missed-tick", "fault-2-missed-tick"]


@pytest.mark.parametrize("text", ["0s", "250ms", "90s", "10m", "1h", "2d"])
def test_duration_is_written_as_it_was_read(text: str) -> None:
    """A duration in its shortest form is read and written without a change."""
    assert duration_text(parse_duration(text)) == text


@pytest.mark.parametrize(
    "text", ["", "90", "s", "1.5h", "-1m", "1 h", "1h30m", "1w", "9" * 10 + "d"]
)
def test_other_duration_is_refused(text: str) -> None:
    """What is not one whole number and one unit is no duration."""
    with pytest.raises(ValueError, match="whole number"):
        parse_duration(text)


def test_duration_below_a_millisecond_has_no_text() -> None:
    """A duration that would be rounded is refused, for a plan must be read as it was written."""
    with pytest.raises(ValueError, match="milliseconds"):
        duration_text(timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("call", "listed"),
    [
        ("dynamodb:Scan", True),
        ("bedrock-runtime:Converse", False),
        ("sqs:SendMessage", False),
    ],
)
def test_a_call_of_a_service_without_a_list_is_accepted(call: str, listed: bool) -> None:  # noqa: FBT001 - pytest passes parameters by name
    """Whether the SDK has it is checked where the SDK is known."""
    plan = FaultPlan((LostReply(after=START, call=call),))
    assert plan.unlisted_calls() == (() if listed else (call,))


@pytest.mark.parametrize("call", ["Converse", "bedrock:", "bedrock:converse", "s3:Converse", ""])
def test_a_call_in_another_form_is_refused(call: str) -> None:
    """As is one of a service that has a list."""
    with pytest.raises(FieldError, match="SERVICE:Operation of the SDK, or one of dynamodb:"):
        LostReply(after=START, call=call)
