"""Faults are generated for what a pipeline has, and for nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from wavetank.core.errors import UsageError
from wavetank.faults.calls import CallFault, PartialBatchFailure
from wavetank.faults.catalogue import VIRTUAL_KINDS, kinds_for
from wavetank.faults.functions import FunctionFault
from wavetank.faults.generation import generate_plan, revealing_faults
from wavetank.faults.references import FunctionRole, Resource, RoleOwner
from wavetank.faults.targets import TICKER_TARGETS, FaultTargets

HOUR = timedelta(hours=1)
TRIGGERED = FaultTargets(
    resources=frozenset({Resource.ACTION, Resource.CALL, Resource.FUNCTION, Resource.ROLE}),
    functions=(("Take", FunctionRole.TRIGGER_TARGET),),
    permissions=((RoleOwner.TRIGGER_TARGET, "sqs:ReceiveMessage"),),
    errors=(("s3:GetObject", "SlowDown"),),
)
OF_FUNCTIONS = {
    *("handler-crash", "function-timeout", "out-of-memory", "broken-deployment"),
    *("slow-cold-start", "api-error", "api-latency", "lost-reply", "permission-removed"),
    *("no-concurrency", "throttled-function"),
}
OF_QUEUES = {"out-of-order-message", "expired-visibility-timeout", "concurrent-batches"}


@pytest.mark.parametrize(
    ("resources", "more"),
    [
        (set(), set()),
        ({Resource.RULE}, {"missed-tick", "late-tick", "duplicate-tick", "overlapping-ticks"}),
        ({Resource.QUEUE}, OF_QUEUES),
        ({Resource.EVENT_SOURCE}, {"duplicate-batch"}),
        ({Resource.MESSAGE_SOURCE}, {"poison-message"}),
        ({Resource.DATA_STREAM}, {"stalled-shard"}),
        ({Resource.ASYNC_SOURCE}, {"duplicate-event", "late-event"}),
        ({Resource.FAILURE_DESTINATION}, {"notification-failure"}),
        ({Resource.TOPIC}, {"throttled-topic"}),
    ],
)
def test_kinds_are_those_that_can_hit_something(resources: set[Resource], more: set[str]) -> None:
    """A pipeline of functions has the faults of functions, and those of what else it has."""
    targets = replace(TRIGGERED, resources=TRIGGERED.resources | resources)
    expected = OF_FUNCTIONS | more | ({"rule-off"} if Resource.RULE in resources else set())
    assert {kind.kind for kind in kinds_for(targets)} == expected


def test_a_pipeline_with_everything_has_all_kinds() -> None:
    """What the simulator supports can be drawn, unless it loses events whatever a handler does."""
    found = kinds_for(replace(TRIGGERED, resources=frozenset(Resource)))
    assert {kind.kind for kind in VIRTUAL_KINDS} - {kind.kind for kind in found} == {
        "trimmed-stream"
    }


def test_the_ticker_has_no_faults_of_other_triggers() -> None:
    """It has a rule with a schedule, and nothing else that invokes its functions."""
    others = {kind.kind for kind in VIRTUAL_KINDS} - {k.kind for k in kinds_for(TICKER_TARGETS)}
    expected = {"duplicate-batch", "poison-message", "stalled-shard", "trimmed-stream"}
    assert others == OF_QUEUES | expected | {
        "duplicate-event",
        "late-event",
        "new-deployment",
        "new-schema",
    }


def test_a_pipeline_that_nothing_can_hit_is_refused() -> None:
    """A campaign of it would prove nothing."""
    with pytest.raises(UsageError, match="that faults can hit"):
        kinds_for(replace(TRIGGERED, resources=frozenset()))


def test_drawn_and_single_faults_name_what_the_pipeline_has() -> None:
    """Its functions, and the calls that they make, instead of the ticker's."""
    drawn = [fault for seed in range(200) for fault in generate_plan(seed, HOUR, TRIGGERED).faults]
    faults = [*drawn, *revealing_faults(HOUR, TRIGGERED)]
    functions = {fault.function for fault in faults if isinstance(fault, FunctionFault)}
    calls = {fault.call for fault in faults if isinstance(fault, CallFault)}
    assert functions == {"Take"}
    assert calls == {"s3:GetObject"}


def test_records_are_refused_of_short_batches_too() -> None:
    """Of three records as often as not: a pipeline may put no more than that."""
    of = (PartialBatchFailure,)
    plans = (generate_plan(seed, HOUR, kinds=of) for seed in range(200))
    faults = [fault for plan in plans for fault in plan.faults]
    least = [min(fault.entries) for fault in faults if isinstance(fault, PartialBatchFailure)]
    assert sum(each < 3 for each in least) >= len(least) / 2
