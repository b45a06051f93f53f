"""Every kind of fault happens as planned, is healed as planned, and our handler stands it."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.simulator import test_state_faults
from tests.simulator.conftest import ADDRESSES, Deployed
from tests.simulator.stories import MINUTE, assert_healed, tell_of
from wavetank.faults.calls import ApiError, ApiLatency, LostReply, PartialBatchFailure
from wavetank.faults.catalogue import VIRTUAL_KINDS
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
)
from wavetank.faults.references import FunctionRole, RoleOwner
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
    GivenUp,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RecordsAccepted,
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
    """How often each minute was fired, counted from the run's begin."""
    return Counter((event.due - START) // MINUTE for event in events)


def test_a_missed_tick_is_not_fired_and_made_good_by_the_next(deployed: Deployed) -> None:
    """The third minute is suppressed, and its records are delivered all the same."""
    fault = MissedTick(after=AFTER, lasts=LASTS, occurrence=2)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    assert [event.due for event in told.of(TickSuppressed)] == [START + 3 * MINUTE]
    assert 3 not in _fired(told.of(RuleFired))
    assert any(len(event.records) == 40 for event in told.of(RecordsAccepted))


def test_a_late_tick_arrives_later_with_its_own_time(deployed: Deployed) -> None:
    """Ninety seconds after it was due, and after the tick that follows it."""
    fault = LateTick(after=AFTER, lasts=LASTS, delay=90 * SECOND)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    (late,) = [event for event in told.of(RuleFired) if event.at != event.due]
    assert (late.due, late.at - late.due) == (START + AFTER, 90 * SECOND)


def test_a_duplicate_tick_arrives_again(deployed: Deployed) -> None:
    """As often as planned, so far apart, each an invocation of its own."""
    fault = DuplicateTick(after=AFTER, lasts=LASTS, copies=2, gap=SECOND)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    again = [event for event in told.of(RuleFired) if event.due == START + AFTER]
    assert [event.at - event.due for event in again] == [0 * SECOND, SECOND, 2 * SECOND]
    assert len({event.request for event in again}) == 3


def test_overlapping_ticks_arrive_at_the_very_same_instant(deployed: Deployed) -> None:
    """A tick's event comes again with the next one's."""
    fault = OverlappingTicks(after=AFTER, lasts=10 * MINUTE, times=8)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    overlapping = [event.at for event in told.of(RuleFired) if event.at != event.due]
    assert overlapping == [START + AFTER + n * MINUTE for n in range(1, 9)]


def test_invocations_of_one_instant_are_interleaved_at_their_calls(deployed: Deployed) -> None:
    """Two events of one tick at one instant: each handler goes on after the other has called."""
    fault = DuplicateTick(after=AFTER, lasts=10 * MINUTE, gap=0 * SECOND, times=8)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    assert _switches(told.of(ApiCalled)) > 1


def _switches(calls: list[ApiCalled]) -> int:
    """How often a request goes on after another has called in between."""
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
    """On either side of any of its three calls; then a cold environment takes its place."""
    fault = kind(after=AFTER, lasts=LASTS, call_number=number, side=side)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    (ended,) = [e for e in told.of(AttemptEnded) if e.outcome is not Outcome.SUCCESS]
    assert ended.outcome is outcome
    assert error in ended.message
    expected_calls = number if side is Side.AFTER else number - 1
    calls = [call for call in told.of(ApiCalled) if call.request == ended.request]
    assert len([call for call in calls if call.at <= ended.at]) == expected_calls
    assert sum(began.cold for began in told.of(AttemptBegan)) == 2


def test_a_timeout_takes_as_long_as_the_function_may(deployed: Deployed) -> None:
    """Thirty seconds pass before Lambda stops it, and the retry comes a minute after that."""
    told = tell_of(deployed, FunctionTimeout(after=AFTER, lasts=LASTS))
    (ended,) = [e for e in told.of(AttemptEnded) if e.outcome is Outcome.TIMEOUT]
    first, second = [b.at for b in told.of(AttemptBegan) if b.request == ended.request]
    assert ended.at - first == 30 * SECOND
    assert second - ended.at == MINUTE


def test_a_broken_deployment_fails_until_the_code_is_back(deployed: Deployed) -> None:
    """Each tick in its window fails three attempts, and an alert is sent to every address."""
    told = tell_of(deployed, BROKEN)
    assert_healed(told, BROKEN)
    failed = [e for e in told.of(AttemptEnded) if e.outcome is Outcome.ERROR]
    assert {event.error_type for event in failed} == {"NameError"}
    assert all(START + AFTER <= event.at < START + AFTER + LASTS for event in failed)
    assert len(told.of(MessageSent)) == len(told.of(GivenUp)) * len(ADDRESSES) > 0


def test_one_broken_deployment_may_follow_another_at_once(deployed: Deployed) -> None:
    """Though the later stands first in the plan, both strike, and the code is back after them."""
    later = BrokenDeployment(after=AFTER + LASTS, lasts=LASTS)
    told = tell_of(deployed, later, BROKEN)
    failed = [e.at - START for e in told.of(AttemptEnded) if e.outcome is Outcome.ERROR]
    assert min(failed) == AFTER
    assert any(at >= AFTER + LASTS for at in failed)
    assert max(failed) < later.reverted_after
    assert told.broken() == {}


def test_a_slow_cold_start_finds_no_warm_environment(deployed: Deployed) -> None:
    """The handler begins so much later, in a new environment."""
    fault = SlowColdStart(after=AFTER, lasts=LASTS, takes=9 * SECOND)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    first, second = [event for event in told.of(AttemptBegan) if event.cold]
    assert second.at == START + AFTER + 9 * SECOND
    assert first.at == START + MINUTE


def test_a_refused_call_has_no_effect_and_its_code_reaches_the_handler(
    deployed: Deployed,
) -> None:
    """The SDK tries it four times; the tick is then retried by Lambda."""
    call, code = "dynamodb:Scan", "ProvisionedThroughputExceededException"
    fault = ApiError(after=AFTER, lasts=MINUTE, call=call, code=code, times=None)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    refused = [event for event in told.of(ApiCalled) if event.outcome == code]
    assert len(refused) == len(told.strikes()) == SDK_TRIES
    assert not any(event.took_effect for event in refused)
    (ended,) = [e for e in told.of(AttemptEnded) if e.outcome is Outcome.ERROR]
    assert code in ended.message


def test_the_sdk_waits_between_its_tries_in_virtual_time(deployed: Deployed) -> None:
    """A throttled call costs no real time, and the history shows when it was tried again."""
    fault = ApiError(after=AFTER, lasts=MINUTE, times=2)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    first = told.strikes()[0]
    tries = [c.at for c in told.of(ApiCalled) if c.operation == "Scan" and c.at >= first.at][:3]
    assert tries == sorted(set(tries))
    assert tries[-1] - tries[0] < 10 * SECOND


def test_a_slow_call_takes_effect_and_delays_its_caller(deployed: Deployed) -> None:
    """Three seconds pass before the handler goes on."""
    fault = ApiLatency(after=AFTER, lasts=LASTS, takes=3 * SECOND)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    request = told.strikes()[0].detail.rpartition(" ")[2]
    put, kept = [c for c in told.of(ApiCalled) if c.request == request][1:]
    assert (put.outcome, put.took_effect) == (OK, True)
    assert kept.at - put.at == 3 * SECOND


def test_a_call_slower_than_its_callers_patience_is_not_heard_of(deployed: Deployed) -> None:
    """The client stops waiting after its eight seconds, and the records were taken all the same."""
    fault = ApiLatency(after=AFTER, lasts=LASTS, takes=20 * SECOND)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    (late,) = [call for call in told.of(ApiCalled) if call.outcome == "read timeout"]
    assert late.took_effect
    assert _copies(told.of(ObjectDelivered)) == 20


def test_a_lost_reply_hides_that_the_call_took_effect(deployed: Deployed) -> None:
    """The connection breaks, the SDK tries again, and the copies are the very same bytes."""
    fault = LostReply(after=AFTER, lasts=LASTS)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    (lost,) = [call for call in told.of(ApiCalled) if call.outcome == "connection lost"]
    assert lost.took_effect
    assert _copies(told.of(ObjectDelivered)) == 20


def _copies(objects: list[ObjectDelivered]) -> int:
    """Records that are in the bucket again."""
    records = [record for event in objects for record in event.records]
    return len(records) - len(set(records))


def test_a_batch_that_fails_in_part_is_sent_again_in_part(deployed: Deployed) -> None:
    """Two of twenty are refused, and put again: no record is lost and none is there twice."""
    fault = PartialBatchFailure(after=AFTER, lasts=LASTS, entries=(0, 7))
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    sizes = Counter(len(event.records) for event in told.of(RecordsAccepted))
    assert (sizes[18], sizes[2]) == (1, 1)
    assert _copies(told.of(ObjectDelivered)) == 0


def test_an_outage_of_s3_delays_what_firehose_holds(deployed: Deployed) -> None:
    """Nothing is delivered in its window, and all of it afterwards."""
    fault = S3Outage(after=AFTER, lasts=LASTS)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    begin, end = fault.window(START)
    assert len(told.strikes()) > 2
    assert not [e for e in told.of(ObjectDelivered) if begin <= e.at < end]


def test_a_delivery_that_happens_twice_makes_two_objects(deployed: Deployed) -> None:
    """With the same records, under two keys; conservation tells of it and tolerates it."""
    fault = DuplicateDelivery(after=AFTER, lasts=LASTS)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    objects = told.of(ObjectDelivered)
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
def test_the_alerts_own_path_fails_and_people_hear_of_it_later(
    deployed: Deployed, fault: Fault
) -> None:
    """Lambda tries the notification function again, so that nobody is left in the dark."""
    told = tell_of(deployed, BROKEN, fault)
    assert told.strikes()
    assert told.broken() == {}
    messengers = {event.invocation for event in told.of(DestinationReached)}
    failed = [e for e in told.of(AttemptEnded) if e.request in messengers]
    assert any(event.outcome is not Outcome.SUCCESS for event in failed)


def test_an_unconfirmed_address_is_told_nothing(deployed: Deployed) -> None:
    """The first address hears of nothing until it has confirmed, the other one of everything."""
    fault = UnconfirmedAddress(after=MINUTE, lasts=15 * MINUTE)
    told = tell_of(deployed, BROKEN, fault)
    assert told.broken() == {}
    gone, back = told.of(SubscriptionChanged)
    assert (gone.address, gone.confirmed, back.confirmed) == (back.address, False, True)
    assert {event.address for event in told.of(MessageSent)} == {*ADDRESSES} - {gone.address}


@pytest.mark.parametrize(
    ("owner", "action", "kind"),
    [
        (RoleOwner.RULE_TARGET, "firehose:PutRecordBatch", AttemptEnded),
        (RoleOwner.RULE_TARGET, "dynamodb:UpdateItem", AttemptEnded),
        (RoleOwner.RULE_TARGET, "dynamodb:Scan", AttemptEnded),
    ],
)
def test_a_permission_that_is_gone_is_missed(
    deployed: Deployed, owner: RoleOwner, action: str, kind: type[Event]
) -> None:
    """The function fails and people are told; with the permission back, all is made good."""
    fault = PermissionRemoved(after=AFTER, lasts=LASTS, owner=owner, action=action)
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    denied = [e for e in told.of(ApiCalled) if e.outcome.startswith("AccessDenied")]
    failed = [e for e in told.of(kind) if getattr(e, "outcome", None) is Outcome.ERROR]
    assert denied
    assert failed
    assert told.of(MessageSent)


def test_firehose_without_its_permission_holds_what_it_has(deployed: Deployed) -> None:
    """Nothing is delivered in the window, nobody notices, and nothing is missing in the end."""
    fault = PermissionRemoved(
        after=AFTER, lasts=LASTS, owner=RoleOwner.DELIVERY_STREAM, action="s3:PutObject"
    )
    told = tell_of(deployed, fault)
    assert_healed(told, fault)
    begin, end = fault.window(START)
    assert not [e for e in told.of(ObjectDelivered) if begin <= e.at < end]
    assert {e.outcome for e in told.of(AttemptEnded)} == {Outcome.SUCCESS}


def test_without_the_right_to_tell_a_failure_is_silent(deployed: Deployed) -> None:
    """Two faults at once are more than the guarantee covers, and the verdict says what is lost."""
    mute = PermissionRemoved(after=MINUTE, lasts=15 * MINUTE, action="lambda:InvokeFunction")
    told = tell_of(deployed, BROKEN, mute)
    assert {"no-silent-failure", "one-notice"} <= told.broken().keys()
    assert {event.outcome for event in told.of(DestinationReached)} == {"AccessDeniedException"}


def test_every_virtual_kind_is_tried_here() -> None:
    """A kind without a test would be a promise."""
    here = [*globals().values(), *vars(test_state_faults).values()]
    assert [kind.__name__ for kind in VIRTUAL_KINDS if kind not in here] == []
