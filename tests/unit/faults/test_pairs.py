"""Pairs of a kind of fault and what it hits, and plans that prefer some."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.faults.test_targets import TRIGGERED
from wavetank.core.errors import UsageError
from wavetank.faults.fault import CountedFault
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.generation import (
    BRIEF_STEPS_MAX,
    PREFERRED_STEPS_MIN,
    STEP,
    generate_plan,
)
from wavetank.faults.guarantee import HITS_MAX, affects_alerting, can_hit, within_guarantee
from wavetank.faults.pairs import FaultPair, fault_pairs
from wavetank.faults.references import Resource
from wavetank.faults.targets import TICKER_TARGETS, FaultTargets

HOUR = timedelta(hours=1)
TICKER = fault_pairs(TICKER_TARGETS)


def test_pairs_are_of_functions_calls_permissions_and_named_resources() -> None:
    """Each is written as people would say it; what has but one target is its kind alone."""
    found = set(map(str, TICKER))
    assert {
        "late-tick",
        "handler-crash in rule-target",
        "handler-crash in failure-destination",
        "api-error of dynamodb:Scan",
        "permission-removed of dynamodb:Scan of rule-target",
    } <= found
    queues = ((Resource.QUEUE, "Orders"), (Resource.QUEUE, "Returns"))
    targets = replace(TRIGGERED, resources=TRIGGERED.resources | {Resource.QUEUE}, names=queues)
    of_queues = {str(pair) for pair in fault_pairs(targets)}
    assert {"concurrent-batches of Orders", "concurrent-batches of Returns"} <= of_queues


def test_pairs_that_the_guarantee_keeps_from_hitting_are_left_out() -> None:
    """A notification function that is broken for long is in no plan with what would invoke it."""
    found = set(map(str, TICKER))
    assert "broken-deployment in rule-target" in found
    assert "broken-deployment in failure-destination" not in found
    assert "permission-removed of lambda:InvokeFunction of rule-target" not in found


def test_a_pipeline_without_a_pair_is_refused() -> None:
    """A campaign could try nothing, so it says what is missing."""
    with pytest.raises(UsageError, match="nothing that one could; add a function"):
        fault_pairs(replace(TRIGGERED, resources=frozenset()))


@pytest.mark.parametrize("targets", [TICKER_TARGETS, TRIGGERED])
def test_each_generated_fault_is_of_one_pair(targets: FaultTargets) -> None:
    """Unless it can hit nothing: then it is of none."""
    pairs = fault_pairs(targets)
    for seed in range(200):
        for fault in generate_plan(seed, HOUR, targets).faults:
            of = [pair for pair in pairs if pair.is_of(fault)]
            assert len(of) == (1 if can_hit(fault, targets) else 0), fault


def test_alerts_that_no_function_sends_fail_in_plans_of_their_own() -> None:
    """Lambda does not retry what it sends to a topic itself, so the failure would be silent."""
    topic = frozenset({Resource.TOPIC, Resource.RULE, Resource.FUNCTION})
    targets = replace(TRIGGERED, resources=topic)
    plans = [generate_plan(seed, HOUR, targets).faults for seed in range(300)]
    alerting = [plan for plan in plans if any(affects_alerting(each, targets) for each in plan)]
    assert alerting
    for plan in alerting:
        assert all(affects_alerting(each, targets) for each in plan)


def test_half_of_the_plans_of_a_state_are_so_brief_that_retries_outlast_it() -> None:
    """Else events are given up in each run, and no end state can be compared."""
    (pair,) = [each for each in TICKER if each.kind.kind == "rule-off"]
    plans = [generate_plan(seed, HOUR, preferred=[pair]).faults[0] for seed in range(100)]
    brief = [fault for fault in plans if fault.lasts <= BRIEF_STEPS_MAX * STEP]
    assert 30 < len(brief) < 70
    assert all(f.lasts >= PREFERRED_STEPS_MIN * STEP for f in plans if f not in brief)


@pytest.mark.parametrize("pair", TICKER, ids=str)
def test_a_plan_tries_the_pair_that_it_prefers(pair: FaultPair) -> None:
    """Within the guarantee; a fault of the alerts comes with one that causes an alert."""
    for seed in range(5):
        plan = generate_plan(seed, HOUR, preferred=[pair])
        first = plan.faults[0]
        assert pair.is_of(first)
        assert within_guarantee(plan) == plan
        if affects_alerting(first) and isinstance(first, CountedFault):
            assert first.times is not None
            assert first.times <= HITS_MAX
            cause = plan.faults[1]
            assert (cause.kind, cause.after, cause.lasts) == (
                "no-concurrency",
                first.after,
                first.lasts,
            )


def test_invocations_end_at_an_early_call_more_often_than_at_a_late_one() -> None:
    """Most handlers make few calls, and a crash at the eighth would never hit them."""
    (pair,) = [each for each in fault_pairs(TRIGGERED) if str(each) == "handler-crash in Take"]
    plans = [generate_plan(seed, HOUR, TRIGGERED, preferred=[pair]).faults for seed in range(200)]
    numbers = [each.call_number for each, *_ in plans if isinstance(each, HandlerCrash)]
    assert numbers.count(1) > 50
    assert max(numbers) == 8
