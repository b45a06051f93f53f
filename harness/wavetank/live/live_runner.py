"""One story told to a live pipeline from its beginning to its end, as a history has it.

The rule is off meanwhile. First a tick brings the pipeline up to the minute, so that the story's
own ticks, which are due one minute after the other from then on, find no gap before them. They are
due in the future by as much as telling them is faster than the clock; the handler takes time from
the event, and the schedule's ticks have nothing to do until the clock has caught up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata

from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import last_tick, read_prices, subscriptions, topic_arn, wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import floor_to_minute, rfc3339
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError, UsageError
from wavetank.core.text import counted
from wavetank.deployment.deployed import template_hash
from wavetank.history import Drained, Event, RunBegan, RunEnded
from wavetank.inspection.table_snapshot import table_snapshot
from wavetank.invariants.ticker.delivered_samples import delivered_samples
from wavetank.invariants.unobservable import MANUAL_OPTIONS
from wavetank.live.deployed_target import LivePlace
from wavetank.live.history_reader import Beginning, begin, observed, story_objects
from wavetank.live.schedule_guard import schedule_off
from wavetank.live.step_executor import LivePlayer
from wavetank.scenario.model import Scenario
from wavetank.scenario.steps import MINUTE, Step, Tick, manual_steps

AHEAD_MAX = timedelta(minutes=30)
"""Of the clock: the handler refuses what is more than an hour behind its table."""
OBJECT_PACE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class LiveStory:
    """What is told; `options` are those that the pipeline would be chosen by."""

    scenario: Scenario
    seed: int
    options: Mapping[str, str]

    def steps(self, start: datetime) -> tuple[Step, ...]:
        """What is done, where it begins then."""
        return manual_steps(self.scenario.plan, self.scenario.horizon, start)


def tell(
    place: LivePlace,
    story: LiveStory,
    record: Callable[[Event], None],
    say: Callable[[str], None],
) -> None:
    """Tells the story; `record` gets its history, `say` what happens, in words.

    Whatever happens, the pipeline is left as it was deployed, and the rule as it was.

    Raises:
        UsageError: the pipeline's table is too far ahead of the clock, or something of it is still
            changed by an earlier command.
        InfrastructureError: the pipeline makes no tick, or something could not be put back.
    """
    with _changing(place):
        _require_room(place, story)
        with schedule_off(place, say):
            _tell(place, story, record, say)


def _tell(
    place: LivePlace,
    story: LiveStory,
    record: Callable[[Event], None],
    say: Callable[[str], None],
) -> None:
    """Runs the scenario while the rule is off, so that all ticks are its own."""
    start = _up_to_the_minute(place)
    say(f"up to the minute at {rfc3339(start)}; the story begins")
    record(_began(place, story, start))
    record(table_snapshot(place.aws, place.names.table, start))
    noted: list[Event] = []
    try:
        events = _told(place, story, start, noted, say)
    except BaseException:
        for event in noted:
            record(event)
        raise
    for event in events:
        record(event)


@contextmanager
def _changing(place: LivePlace) -> Iterator[None]:
    """For the body no other command changes the pipeline, and none has left it changed."""
    with place.journal.held():
        place.changed_target.require_unchanged()
        yield


def _told(
    place: LivePlace,
    story: LiveStory,
    start: datetime,
    noted: list[Event],
    say: Callable[[str], None],
) -> list[Event]:
    """Plays it; what is done is noted meanwhile, and put together with what came of it."""
    beginning = begin(place, start)
    player = LivePlayer(place, beginning, noted.append, say)
    player.play(story.steps(start))
    say("waiting for Firehose to deliver")
    _wait_until_delivered(place, beginning, player)
    events = observed(place, beginning, noted)
    left = tuple(_left(player, beginning, events))
    now = place.clock.now()
    return [*events, Drained(now, complete=not left, left=left), RunEnded(now)]


def _now(place: LivePlace) -> datetime:
    return floor_to_minute(place.clock.now())


def _first_start(place: LivePlace) -> datetime:
    """This minute, or the one that the table is at already."""
    now = _now(place)
    return max(now, last_tick(read_prices(place.aws, place.names.table)) or now)


def _require_room(place: LivePlace, story: LiveStory) -> None:
    """Each run leaves the table further ahead of the clock, so several in a row use the limit up.

    Raises:
        UsageError: the run would end too far ahead of the clock.
    """
    start = _first_start(place)
    ticks = sum(isinstance(step, Tick) for step in story.steps(start))
    again = start + ticks * MINUTE - AHEAD_MAX
    if again > _now(place):
        raise UsageError(
            f"a run that ends within {AHEAD_MAX} of the clock",
            f"a table at {rfc3339(start)}, and {ticks} more ticks",
            f"run it again at {rfc3339(again)} or later",
        )


def _up_to_the_minute(place: LivePlace) -> datetime:
    """Makes the tick of this minute, or of the one that the table is at already."""
    start = _first_start(place)
    StreamingInvoker(place.aws, place.names).fire_and_wait(start)
    reached = last_tick(read_prices(place.aws, place.names.table))
    if reached != start:
        raise InfrastructureError(
            f"the table at {rfc3339(start)} once that tick was made",
            rfc3339(reached) if reached else "no tick",
            "see what is deployed with ./wavetank check",
        )
    return start


def _began(place: LivePlace, story: LiveStory, start: datetime) -> RunBegan:
    aws, names = place.aws, place.names
    topic = topic_arn(aws, names)
    confirmed = tuple(entry.address for entry in subscriptions(aws, topic) if entry.confirmed)
    functions = (names.notification_function, names.streaming_function)
    return RunBegan(
        at=start,
        scenario=story.scenario.name,
        seed=story.seed,
        until=start,
        code={name: _code_hash(place, name) for name in functions},
        template=template_hash(aws, (names.storage_stack, names.pipeline_stack)),
        version=metadata.version("wavetank"),
        rules=(),
        confirmed={topic: confirmed},
        options={**story.options, **MANUAL_OPTIONS},
    )


def _code_hash(place: LivePlace, function: str) -> str:
    return place.aws.awslambda.get_function_configuration(FunctionName=function)["CodeSha256"]


def _wait_until_delivered(place: LivePlace, beginning: Beginning, player: LivePlayer) -> None:
    """Until every minute up to the last that succeeded is in the bucket, or its time is up."""
    if not place.is_aws:
        SandboxControls(place.endpoint).deliver_now()
    with suppress(ConditionTimeoutError):  # what did not come is told as left
        wait_until(
            lambda: _undelivered(beginning, player, story_objects(place, beginning)),
            lambda minutes: not minutes,
            expected="every tick that succeeded in the bucket",
            hint="look at the delivery stream",
            within_seconds=place.delivery_seconds,
            clock=place.clock,
            pace_seconds=max(OBJECT_PACE_SECONDS, place.target.pace_seconds),
        )


def _undelivered(
    beginning: Beginning, player: LivePlayer, events: Iterable[Event]
) -> list[datetime]:
    """The minutes of which no record is there, though a tick from then on has succeeded."""
    asked = player.asked
    last = max((asked.due[request] for request in asked.succeeded), default=beginning.start)
    there = {floor_to_minute(s.instant) for event in events for s in delivered_samples(event)}
    minutes = (last - beginning.start) // MINUTE
    expected = (beginning.start + number * MINUTE for number in range(1, minutes + 1))
    return [minute for minute in expected if minute not in there]


def _left(player: LivePlayer, beginning: Beginning, events: Sequence[Event]) -> Iterator[str]:
    """What was to come of the story, and did not come in time."""
    for request in sorted(player.asked.unfinished):
        yield f"request {request}, neither succeeded nor given up"
    for minute in _undelivered(beginning, player, events):
        yield f"records of {rfc3339(minute)}"
    missing = player.alerts_missing()
    if missing > 0:
        yield counted(missing, "alert")
