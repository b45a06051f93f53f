"""Every kind of fault is injected and reverted as planned, and the shipped handler survives it."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.simulator import test_state_faults
from tests.simulator.conftest import ADDRESSES, Deployed
from tests.simulator.runs import MINUTE, assert_reverted, run_faults
from wavetank.faults.calls import ApiError, ApiLatency, LostReply, PartialBatchFailure
from wavetank.faults.catalogue import kinds_for
from wavetank.faults.delivery import (
    DuplicateDelivery,
    PermissionRemoved,
    S3Outage,
    ThrottledTopic,
    UnconfirmedAddress,
)
from wavetank.faults.fault import Fault
from wavetank.faults.functions import (
    BrokenDeployment,
    FunctionTimeout,
    HandlerCrash,
    InvocationFault,
    NotificationFailure,
    OutOfMemory,
    Side,
    SlowColdStart,
    ThrottledFunction,
)
from wavetank.faults.references import FunctionRole, RoleOwner
from wavetank.faults.targets import TICKER_TARGETS
from wavetank.faults.ticks import (
    DuplicateTick,
    LateTick,
    MissedTick,
    OverlappingTicks,
)
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Event,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RecordsAccepted,
    RequestDiscarded,
    RuleFired,
    SubscriptionChanged,
    TickSuppressed,
)
from wavetank.history.events import OK
from wavetank.simulation.runner import START

AFTER = 2 * MINUTE
LASTS = 4 * MINUTE
SECOND = timedelta(seconds=1)
SDK_TRIES = 4
BROKEN = BrokenDeployment(after=AFTER, lasts=LASTS)


def _fired(events: list[RuleFired]) -> Counter[int]:
    """How often each minute was fired, counted from the start of the run."""
    return Counter((event.due - START) // MINUTE for event in events)


def test_a_missed_tick_is_not_fired_and_made_good_by_the_next(deployed: Deployed) -> None:
    """The third minute is suppressed, and its records are delivered nevertheless."""
    fault = MissedTick(after=AFTER, lasts=LASTS, occurrence=2)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    assert [event.due for event in run.of(TickSuppressed)] == [START + 3 * MINUTE]
    assert 3 not in _fired(run.of(RuleFired))
    assert any(len(event.records) == 40 for event in run.of(RecordsAccepted))


def test_a_late_tick_arrives_later_with_its_own_time(deployed: Deployed) -> None:
    """Ninety seconds after it was due, and after the tick that follows it."""
    fault = LateTick(after=AFTER, lasts=LASTS, delay=90 * SECOND)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    (late,) = [event for event in run.of(RuleFired) if event.at != event.due]
    assert (late.due, late.at - late.due) == (START + AFTER, 90 * SECOND)


def test_a_duplicate_tick_arrives_again(deployed: Deployed) -> None:
    """As often and as far apart as planned, each as a separate invocation."""
    fault = DuplicateTick(after=AFTER, lasts=LASTS, copies=2, gap=SECOND)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    again = [event for event in run.of(RuleFired) if event.due == START + AFTER]
    assert [event.at - event.due for event in again] == [0 * SECOND, SECOND, 2 * SECOND]
    assert len({event.request for event in again}) == 3


def test_overlapping_ticks_arrive_at_the_very_same_instant(deployed: Deployed) -> None:
    """A tick's event comes again with the next one's."""
    fault = OverlappingTicks(after=AFTER, lasts=10 * MINUTE, times=8)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    overlapping = [event.at for event in run.of(RuleFired) if event.at != event.due]
    assert overlapping == [START + AFTER + n * MINUTE for n in range(1, 9)]


def test_invocations_of_one_instant_are_interleaved_at_their_calls(deployed: Deployed) -> None:
    """Two events of one tick at one instant: each handler continues after the other has called."""
    fault = DuplicateTick(after=AFTER, lasts=10 * MINUTE, gap=0 * SECOND, times=8)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    assert _switches(run.of(ApiCalled)) > 1


def _switches(calls: list[ApiCalled]) -> int:
    """How often a request continues after another has called in between."""
    seen: set[str] = set()
    count, previous = 0, ""
    for call in calls:
        count += call.request != previous and call.request in seen
        seen.add(call.request)
        previous = call.request
    return count


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    ("kind", "outcome", "error"),
    [
        (HandlerCrash, Outcome.CRASH, "signal: killed"),
        (OutOfMemory, Outcome.CRASH, "signal: killed"),
        (FunctionTimeout, Outcome.TIMEOUT, "timed out after 30.00 seconds"),
    ],
)
def test_an_invocation_ends_at_the_call_that_is_named(
    deployed: Deployed,
    kind: type[InvocationFault],
    outcome: Outcome,
    error: str,
    number: int,
    side: Side,
) -> None:
    """On either side of any of its three calls; its environment is not used again."""
    fault = kind(after=AFTER, lasts=LASTS, call_number=number, side=side)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    (ended,) = [e for e in run.of(AttemptEnded) if e.outcome is not Outcome.SUCCESS]
    assert ended.outcome is outcome
    assert error in ended.message
    expected_calls = number if side is Side.AFTER else number - 1
    calls = [call for call in run.of(ApiCalled) if call.request == ended.request]
    assert len([call for call in calls if call.at <= ended.at]) == expected_calls
    assert next(began for began in run.of(AttemptBegan) if began.at > ended.at).cold


def test_a_timeout_takes_the_whole_timeout_of_the_function(deployed: Deployed) -> None:
    """Thirty seconds pass before Lambda stops it, and the retry comes a minute after that."""
    run = run_faults(deployed, FunctionTimeout(after=AFTER, lasts=LASTS))
    (ended,) = [e for e in run.of(AttemptEnded) if e.outcome is Outcome.TIMEOUT]
    first, second = [b.at for b in run.of(AttemptBegan) if b.request == ended.request]
    assert ended.at - first == 30 * SECOND
    assert second - ended.at == MINUTE


def test_a_broken_deployment_fails_until_the_code_is_back(deployed: Deployed) -> None:
    """Each tick in its window fails three attempts, and an alert is sent to every address."""
    run = run_faults(deployed, BROKEN)
    assert_reverted(run, BROKEN)
    failed = [e for e in run.of(AttemptEnded) if e.outcome is Outcome.ERROR]
    assert {event.error_type for event in failed} == {"NameError"}
    assert all(START + AFTER <= event.at < START + AFTER + LASTS for event in failed)
    assert len(run.of(MessageSent)) == len(run.of(RequestDiscarded)) * len(ADDRESSES) > 0


def test_one_broken_deployment_may_follow_another_at_once(deployed: Deployed) -> None:
    """Though the later comes first in the plan, both hit, and the code is restored after them."""
    later = BrokenDeployment(after=AFTER + LASTS, lasts=LASTS)
    run = run_faults(deployed, later, BROKEN)
    failed = [e.at - START for e in run.of(AttemptEnded) if e.outcome is Outcome.ERROR]
    assert AFTER <= min(failed) < AFTER + MINUTE
    assert any(at >= AFTER + LASTS for at in failed)
    assert max(failed) < later.reverted_after
    assert run.broken() == {}


def test_a_slow_cold_start_finds_no_warm_environment(deployed: Deployed) -> None:
    """The handler begins that much later than in any new environment."""
    fault = SlowColdStart(after=AFTER, lasts=LASTS, takes=9 * SECOND)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    first, second = [event for event in run.of(AttemptBegan) if event.cold]
    usual = first.at - START - MINUTE
    assert timedelta() < usual < 3 * SECOND
    assert 9 * SECOND < second.at - START - AFTER < 12 * SECOND


def test_a_refused_call_has_no_effect_and_its_code_reaches_the_handler(
    deployed: Deployed,
) -> None:
    """The SDK makes four attempts; the tick is then retried by Lambda."""
    call, code = "dynamodb:Scan", "ProvisionedThroughputExceededException"
    fault = ApiError(after=AFTER, lasts=MINUTE, call=call, code=code, times=None)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    refused = [event for event in run.of(ApiCalled) if event.outcome == code]
    assert len(refused) == len(run.injections()) == SDK_TRIES
    assert not any(event.took_effect for event in refused)
    (ended,) = [e for e in run.of(AttemptEnded) if e.outcome is Outcome.ERROR]
    assert code in ended.message


def test_the_sdk_waits_between_its_attempts_in_virtual_time(deployed: Deployed) -> None:
    """A throttled call costs no real time, and the history shows when it was retried."""
    fault = ApiError(after=AFTER, lasts=MINUTE, times=2)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    first = run.injections()[0]
    tries = [c.at for c in run.of(ApiCalled) if c.operation == "Scan" and c.at >= first.at][:3]
    assert tries == sorted(set(tries))
    assert tries[-1] - tries[0] < 10 * SECOND


def test_a_slow_call_takes_effect_and_delays_its_caller(deployed: Deployed) -> None:
    """Three seconds more than usual pass before the handler continues."""
    fault = ApiLatency(after=AFTER, lasts=LASTS, takes=3 * SECOND)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    request = run.injections()[0].detail.rpartition(" ")[2]
    put, kept = [c for c in run.of(ApiCalled) if c.request == request][1:]
    assert (put.outcome, put.took_effect) == (OK, True)
    assert 3 * SECOND < kept.at - put.at < 4 * SECOND


def test_a_call_slower_than_its_callers_timeout_is_abandoned(deployed: Deployed) -> None:
    """The client times out after its eight seconds, and the records were accepted nevertheless."""
    fault = ApiLatency(after=AFTER, lasts=LASTS, takes=20 * SECOND)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    (late,) = [call for call in run.of(ApiCalled) if call.outcome == "read timeout"]
    assert late.took_effect
    assert _copies(run.of(ObjectDelivered)) == 20


def test_a_lost_reply_hides_that_the_call_took_effect(deployed: Deployed) -> None:
    """The connection breaks, the SDK retries, and the copies are byte-identical."""
    fault = LostReply(after=AFTER, lasts=LASTS)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    (lost,) = [call for call in run.of(ApiCalled) if call.outcome == "connection lost"]
    assert lost.took_effect
    assert _copies(run.of(ObjectDelivered)) == 20


def _copies(objects: list[ObjectDelivered]) -> int:
    """Delivered records that were delivered before."""
    records = [record for event in objects for record in event.records]
    return len(records) - len(set(records))


def test_a_batch_that_fails_in_part_is_sent_again_in_part(deployed: Deployed) -> None:
    """Two of twenty are refused and put again: no record is lost, none is duplicated."""
    fault = PartialBatchFailure(after=AFTER, lasts=LASTS, entries=(0, 7))
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    sizes = Counter(len(event.records) for event in run.of(RecordsAccepted))
    assert (sizes[18], sizes[2]) == (1, 1)
    assert _copies(run.of(ObjectDelivered)) == 0


def test_an_outage_of_s3_delays_what_firehose_holds(deployed: Deployed) -> None:
    """Nothing is delivered in its window, and all of it afterwards.

    Each refused object is one error in the stream's log, however often it is tried again.
    """
    fault = S3Outage(after=AFTER, lasts=LASTS)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    begin, end = fault.window(START)
    assert len(run.injections()) > 2
    assert not [e for e in run.of(ObjectDelivered) if begin <= e.at < end]
    group = f"/aws/kinesisfirehose/{deployed.names.delivery_stream}"
    errors = deployed.simulator.aws.logs.filter_log_events(logGroupName=group)["events"]
    assert 0 < len(errors) <= LASTS // MINUTE


def test_a_delivery_that_happens_twice_makes_two_objects(deployed: Deployed) -> None:
    """With the same records, under two keys; conservation reports and tolerates it."""
    fault = DuplicateDelivery(after=AFTER, lasts=LASTS)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    objects = run.of(ObjectDelivered)
    assert len(objects) - len({event.records for event in objects}) == 1
    assert len({event.key for event in objects}) == len(objects)


@pytest.mark.parametrize(
    "fault",
    [
        NotificationFailure(after=AFTER, lasts=2 * LASTS),
        ThrottledTopic(after=AFTER, lasts=2 * LASTS, times=SDK_TRIES),
        HandlerCrash(
            after=AFTER,
            lasts=2 * LASTS,
            function=FunctionRole.FAILURE_DESTINATION,
            side=Side.BEFORE,
        ),
        ApiError(
            after=AFTER, lasts=2 * LASTS, call="sns:Publish", code="InternalError", times=SDK_TRIES
        ),
    ],
    ids=lambda fault: fault.kind,
)
def test_a_fault_of_the_alerts_delays_them(deployed: Deployed, fault: Fault) -> None:
    """Lambda retries the notification function, so that every address is notified."""
    run = run_faults(deployed, BROKEN, fault)
    assert run.injections()
    assert run.broken() == {}
    messengers = {event.invocation for event in run.of(DestinationReached)}
    failed = [e for e in run.of(AttemptEnded) if e.request in messengers]
    assert any(event.outcome is not Outcome.SUCCESS for event in failed)


def test_an_unconfirmed_address_gets_no_alert(deployed: Deployed) -> None:
    """The first address gets nothing until it has confirmed, the other one everything."""
    fault = UnconfirmedAddress(after=MINUTE, lasts=15 * MINUTE)
    run = run_faults(deployed, BROKEN, fault)
    assert run.broken() == {}
    gone, back = run.of(SubscriptionChanged)
    assert (gone.address, gone.confirmed, back.confirmed) == (back.address, False, True)
    assert {event.address for event in run.of(MessageSent)} == {*ADDRESSES} - {gone.address}


@pytest.mark.parametrize(
    ("owner", "action", "kind"),
    [
        (RoleOwner.RULE_TARGET, "firehose:PutRecordBatch", AttemptEnded),
        (RoleOwner.RULE_TARGET, "dynamodb:UpdateItem", AttemptEnded),
        (RoleOwner.RULE_TARGET, "dynamodb:Scan", AttemptEnded),
    ],
)
def test_a_removed_permission_makes_the_function_fail(
    deployed: Deployed, owner: RoleOwner, action: str, kind: type[Event]
) -> None:
    """The function fails and alerts are sent; with the permission restored, all is delivered."""
    fault = PermissionRemoved(after=AFTER, lasts=LASTS, owner=owner, action=action)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    denied = [e for e in run.of(ApiCalled) if e.outcome.startswith("AccessDenied")]
    failed = [e for e in run.of(kind) if getattr(e, "outcome", None) is Outcome.ERROR]
    assert denied
    assert failed
    assert run.of(MessageSent)


def test_firehose_without_its_permission_keeps_its_records(deployed: Deployed) -> None:
    """Nothing is delivered in the window, no alert is sent, and nothing is missing in the end."""
    fault = PermissionRemoved(
        after=AFTER, lasts=LASTS, owner=RoleOwner.DELIVERY_STREAM, action="s3:PutObject"
    )
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    begin, end = fault.window(START)
    assert not [e for e in run.of(ObjectDelivered) if begin <= e.at < end]
    assert {e.outcome for e in run.of(AttemptEnded)} == {Outcome.SUCCESS}


def test_without_the_permission_to_publish_a_failure_is_silent(deployed: Deployed) -> None:
    """Two faults at once exceed the guarantee, and the finding says what is lost."""
    mute = PermissionRemoved(after=MINUTE, lasts=15 * MINUTE, action="lambda:InvokeFunction")
    run = run_faults(deployed, BROKEN, mute)
    assert {"no-silent-failure", "one-notice"} <= run.broken().keys()
    assert {event.outcome for event in run.of(DestinationReached)} == {"AccessDeniedException"}


def test_a_throttled_tick_is_tried_again_after_waits_that_double(deployed: Deployed) -> None:
    """A second, two, four: then the function runs, and all is delivered."""
    fault = ThrottledFunction(after=AFTER, lasts=LASTS, times=3)
    run = run_faults(deployed, fault)
    assert_reverted(run, fault)
    refused = [e.request for e in run.of(AttemptEnded) if e.outcome is Outcome.THROTTLED]
    assert len(refused) == 3
    assert len(set(refused)) == 1
    (begun,) = (e for e in run.of(AttemptBegan) if e.request == refused[0])
    assert begun.at - (START + AFTER) == 7 * SECOND
    assert run.broken() == {}


def test_every_kind_that_the_ticker_can_have_is_tested_here() -> None:
    """No kind is without a test; those of other triggers are tested with their pipelines."""
    here = [*globals().values(), *vars(test_state_faults).values()]
    assert [kind.__name__ for kind in kinds_for(TICKER_TARGETS) if kind not in here] == []
