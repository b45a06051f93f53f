"""Faults that change what is deployed, by role in the pipeline or by name."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.simulator.conftest import ADDRESSES, Deployed
from tests.simulator.runs import MINUTE, assert_reverted, run_faults
from wavetank.core.errors import UsageError
from wavetank.faults.delivery import PermissionRemoved
from wavetank.faults.event_sources import DuplicateBatch
from wavetank.faults.fault import Fault
from wavetank.faults.functions import BrokenDeployment, HandlerCrash, NoConcurrency
from wavetank.faults.pushed_events import LateEvent
from wavetank.faults.ticks import RuleOff
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    MessageSent,
    Outcome,
    RecordsAccepted,
    TickSuppressed,
)
from wavetank.simulation.fault_scheduler import SimulatedResources
from wavetank.simulation.runner import START
from wavetank.simulation.topology import read_topology

AFTER, LASTS = 2 * MINUTE, 4 * MINUTE


def test_a_rule_that_is_off_does_not_fire_and_the_next_tick_makes_up_for_it(
    deployed: Deployed,
) -> None:
    """Every tick of the window is suppressed by the fault; nothing is missing in the end."""
    fault = RuleOff(after=AFTER, lasts=LASTS)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    suppressed = run.of(TickSuppressed)
    assert [event.due for event in suppressed] == [START + AFTER + n * MINUTE for n in range(4)]
    assert {event.fault for event in suppressed} == {"fault-1-rule-off"}
    assert any(len(event.records) == 100 for event in run.of(RecordsAccepted))


def test_a_function_without_concurrency_is_throttled_and_alerts_are_sent(
    deployed: Deployed,
) -> None:
    """Its events are not retried but go to the failure destination, until the fault is reverted."""
    fault = NoConcurrency(after=AFTER, lasts=LASTS)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    throttled = [e.at - START for e in run.of(AttemptEnded) if e.outcome is Outcome.THROTTLED]
    assert throttled == [AFTER + n * MINUTE for n in range(4)]
    assert Counter(e.address for e in run.of(MessageSent)) == dict.fromkeys(ADDRESSES, 4)


def test_a_fault_may_name_one_function(deployed: Deployed) -> None:
    """By the name that was deployed, as with another template."""
    function = run_faults(deployed).of(AttemptBegan)[0].function
    fault = BrokenDeployment(after=AFTER, lasts=LASTS, function=function)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    assert {e.function for e in run.of(AttemptEnded) if e.outcome is Outcome.ERROR} == {function}


def test_a_fault_may_name_a_resource_by_its_logical_id(deployed: Deployed) -> None:
    """As `invoke`, `logs` and workloads do; roles in the pipeline and `all` stay."""
    topology = read_topology(deployed.simulator.aws)
    resources = SimulatedResources(deployed.simulator, topology)
    names, after = deployed.names, AFTER
    rule_off, crash = RuleOff(after=after), HandlerCrash(after=after)
    denied = PermissionRemoved(after=after)
    polled, pushed = DuplicateBatch(after=after), LateEvent(after=after)
    role = resources.roles("rule-target")[0]
    for fault, resolved in (
        (replace(crash, function="StreamingFunction"), names.streaming_function),
        (replace(rule_off, rule="StreamingRule"), names.rule),
        (replace(denied, owner="StreamingRole"), role),
        (replace(denied, owner=role), role),
        (replace(polled, event_source="PriceTable"), names.table),
        (replace(pushed, event_source="StreamingRule"), names.rule),
    ):
        assert resolved in vars(resources.resolved(fault)).values()
    for fault in (rule_off, crash, denied, polled, pushed):
        assert resources.resolved(fault) == fault
    with pytest.raises(UsageError, match="did you mean StreamingFunction"):
        resources.resolved(replace(crash, function="StreamingFuncton"))


@pytest.mark.parametrize(
    "fault",
    [
        HandlerCrash(after=AFTER, function="elsewhere"),
        BrokenDeployment(after=AFTER, function="elsewhere"),
        RuleOff(after=AFTER, rule="elsewhere"),
        PermissionRemoved(after=AFTER, owner="elsewhere"),
    ],
    ids=lambda fault: fault.kind,
)
def test_a_fault_that_names_what_is_not_deployed_is_refused(
    fault: Fault, deployed: Deployed
) -> None:
    """Before the run: a typing error would otherwise be a run without faults."""
    with pytest.raises(UsageError, match="elsewhere"):
        run_faults(deployed, fault)
