"""Runs in virtual time: the schedule, Lambda's retries, Firehose, the alert, and again the same."""

import string
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tests.simulator.conftest import ADDRESSES, NO_DURATIONS, START, Deployed
from tests.waiting import wait_until_seen
from wavetank.core.lambda_package import package_files
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    DestinationReached,
    Drained,
    Event,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RecordsAccepted,
    RequestDiscarded,
    RuleFired,
    digest_of,
)
from wavetank.history.events import AttemptEnded
from wavetank.scenario.timing.settings import Durations
from wavetank.simulation.run import Run, RunOptions
from wavetank.ticker.contract import RECORDS_PER_TICK
from wavetank.ticker.observers import last_tick, read_prices

MINUTE = timedelta(minutes=1)
FLAKY = """
from streaming.original import lambda_handler as original
calls = []
def lambda_handler(event, context):
    calls.append(event)
    if len(calls) == FAILING:
        raise RuntimeError("on purpose")
    return original(event, context)
"""
DEFAULT = Durations()
FAILING = "def lambda_handler(event, context): raise RuntimeError('on purpose')"


def _run(
    deployed: Deployed, minutes: int, seed: int = 1, durations: Durations = DEFAULT
) -> list[Event]:
    history: list[Event] = []
    horizon = minutes * MINUTE
    options = RunOptions(
        scenario="test", seed=seed, start=START, horizon=horizon, durations=durations
    )
    deployed.simulator.reset()
    with deployed.simulator.frozen_at(START):
        deployed.pipeline.begin(deployed.simulator.aws, START)
    Run(deployed.simulator, options, history.append).execute()
    return history


def _of[E: Event](history: list[Event], kind: type[E]) -> list[E]:
    return [event for event in history if isinstance(event, kind)]


@contextmanager
def _changed(deployed: Deployed, handler: str) -> Iterator[None]:
    """The streaming function has another handler, which finds its own as `original`."""
    code = deployed.simulator.function(_arn(deployed)).code
    files = {str(path.relative_to(code)): path.read_bytes() for path in code.rglob("*.py")}
    original = {"streaming/original.py": files["streaming/handler.py"]}
    changed = files | original | {"streaming/handler.py": handler.encode()}
    package = package_files("changed", changed).content
    _update(deployed, package)
    try:
        yield
    finally:
        _update(deployed, package_files("restored", files).content)


def _update(deployed: Deployed, package: bytes) -> None:
    """LocalStack's own thread makes the new version current, in the machine's time."""
    name, functions = deployed.names.streaming_function, deployed.simulator.aws.awslambda
    functions.update_function_code(FunctionName=name, ZipFile=package)
    wait_until_seen(
        lambda: functions.get_function_configuration(FunctionName=name)["LastUpdateStatus"],
        lambda status: status == "Successful",
        "the update",
    )


def _arn(deployed: Deployed) -> str:
    name = deployed.names.streaming_function
    found = deployed.simulator.aws.awslambda.get_function_configuration(FunctionName=name)
    return found["FunctionArn"]


def test_a_calm_quarter_of_an_hour(deployed: Deployed) -> None:
    """Every minute fires once, every accepted record is delivered, nothing remains."""
    history = _run(deployed, 15)
    assert [fired.due for fired in _of(history, RuleFired)] == [
        START + n * MINUTE for n in range(1, 16)
    ]
    assert {ended.outcome for ended in _of(history, AttemptEnded)} == {Outcome.SUCCESS}
    accepted = [text for event in _of(history, RecordsAccepted) for text in event.records]
    delivered = [text for event in _of(history, ObjectDelivered) for text in event.records]
    assert accepted == delivered
    assert len(delivered) == 15 * RECORDS_PER_TICK
    (drained,) = _of(history, Drained)
    assert (drained.complete, drained.remaining) == (True, ())
    prices = read_prices(deployed.simulator.aws, deployed.names.table)
    assert last_tick(prices) == START + 15 * MINUTE
    assert [began.cold for began in _of(history, AttemptBegan)] == [True, *[False] * 14]
    deployed.simulator.reset()


def test_a_run_is_the_same_again(deployed: Deployed) -> None:
    """One seed, one digest, in one process and after a reset; another seed has another."""
    digests = []
    for seed in (5, 5, 6):
        digests.append(digest_of(_run(deployed, 5, seed)))
        deployed.simulator.reset()
    assert digests[0] == digests[1] != digests[2]


def test_a_tick_that_fails_three_times_is_alerted(
    deployed: Deployed,
) -> None:
    """At once, a minute later and two minutes after that; then destination, topic and e-mail."""
    with _changed(deployed, FAILING):
        history = _run(deployed, 1, durations=NO_DURATIONS)
    (fired,) = _of(history, RuleFired)
    attempts = [event.at for event in _of(history, AttemptBegan) if event.request == fired.request]
    assert attempts == [START + n * MINUTE for n in (1, 2, 4)]
    (given_up,) = _of(history, RequestDiscarded)
    assert (given_up.condition, given_up.attempts) == ("RetriesExhausted", 3)
    (reached,) = _of(history, DestinationReached)
    assert reached.outcome == "ok"
    messages = _of(history, MessageSent)
    assert sorted(message.address for message in messages) == sorted(ADDRESSES)
    assert all(fired.request in message.text for message in messages)
    assert all("RuntimeError: on purpose" in message.text for message in messages)
    deployed.simulator.reset()


def _overlap(deployed: Deployed, seed: int, failing: int) -> tuple[str, int]:
    """In which order the calls of a retry and the next tick come, and how many were delivered."""
    with _changed(deployed, FLAKY.replace("FAILING", str(failing))):
        history = _run(deployed, failing + 1, seed, NO_DURATIONS)
    requests = [fired.request for fired in _of(history, RuleFired)]
    names = dict(zip(requests, string.ascii_lowercase, strict=False))
    order = "".join(names[event.request] for event in _of(history, ApiCalled))
    delivered = {text for event in _of(history, ObjectDelivered) for text in event.records}
    deployed.simulator.reset()
    return order, len(delivered)


def test_a_retry_that_meets_the_next_tick_is_interleaved_with_it(deployed: Deployed) -> None:
    """At their AWS calls, in orders drawn from the seed; whatever the order, all is delivered."""
    runs = [_overlap(deployed, seed, failing=2) for seed in range(8)]
    orders = {order for order, _ in runs}
    assert len(orders) > 1
    assert any("bc" in order and "cb" in order for order in orders), orders
    assert {count for _, count in runs} == {3 * RECORDS_PER_TICK}


def test_the_first_tick_is_not_lost_if_its_retry_comes_after_the_second(
    deployed: Deployed,
) -> None:
    """The table says since when it is to be filled, so the second tick delivers the first too."""
    runs = [_overlap(deployed, seed, failing=1) for seed in range(8)]
    assert {count for _, count in runs} == {2 * RECORDS_PER_TICK}
