"""Threads of handlers in virtual time: pools, transfers, locks; and what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import START, Deployed
from tests.simulator.queues import QueueReader, deployed_function
from tests.simulator.runs import MINUTE
from wavetank.core.errors import UsageError
from wavetank.faults.functions import HandlerCrash, Side
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    FaultInjected,
    Outcome,
    Trigger,
)
from wavetank.scenario.timing.settings import durations_from_dict

NAME = "threaded"
BUCKET = "transfers"
SOURCE = b"""
import base64, json, queue, threading, time
from concurrent.futures import ThreadPoolExecutor, as_completed

import boto3

WARM = ThreadPoolExecutor(2)

def nap(seconds):
    time.sleep(seconds)  # virtual time: what the test measures
    return seconds

def pool():
    with ThreadPoolExecutor(3) as executor:
        assert sum(executor.map(nap, (3, 2, 1))) == 6

def warm():
    done = [each.result() for each in as_completed([WARM.submit(nap, n) for n in (4, 1)])]
    assert done == [1, 4], done

def put(number):
    boto3.client("s3").put_object(Bucket="transfers", Key=str(number), Body=b"x")

def calls():
    with ThreadPoolExecutor(8) as executor:
        list(executor.map(put, range(8)))

def transfer():
    s3 = boto3.client("s3")
    with open("/tmp/sent", "wb") as file:
        file.write(b"x" * (9 * 1024 * 1024))  # of several parts
    s3.upload_file("/tmp/sent", "transfers", "large")
    s3.download_file("transfers", "large", "/tmp/received")
    with open("/tmp/received", "rb") as file:
        assert len(file.read()) == 9 * 1024 * 1024

def locks():
    lock, log, items = threading.Lock(), [], queue.Queue(1)

    def work(name):
        with lock:
            nap(1)
            log.append(name)
        items.put(name)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for each in threads:
        each.start()
    assert sorted(items.get() for _ in threads) == [0, 1, 2]
    for each in threads:
        each.join()
    assert sorted(log) == [0, 1, 2]
    assert not any(each.is_alive() for each in threads)

def limits():
    for wait in (items.get for items in [queue.Queue()]):
        try:
            wait(timeout=2)
        except queue.Empty:
            pass
    assert not threading.Event().wait(1)
    slow = threading.Thread(target=nap, args=(2,))
    slow.start()
    slow.join(1)
    assert slow.is_alive()
    slow.join()

def timer():
    timer = threading.Timer(5, put, args=("later",))
    timer.start()
    timer.join()

def error():
    thread = threading.Thread(target=put, args=(None, None))
    thread.start()
    thread.join()

def deadlock():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()

def forget():
    threading.Thread(target=nap, args=(1,), name="forgotten").start()

def stuck():
    with ThreadPoolExecutor(2) as executor:
        executor.submit(nap, 3600)

def call(what, threads=1):
    client = boto3.client("lambda")
    event = json.dumps({"do": what, "seconds": 3})
    with ThreadPoolExecutor(threads) as executor:
        calls = [
            executor.submit(client.invoke, FunctionName="threaded", Payload=event)
            for _ in range(threads)
        ]
    return [(each.result(), each.result()["Payload"].read()) for each in calls]

def called():
    assert call("nap")[0][1] == b"3"

def calls_functions():
    assert [body for _, body in call("nap", 3)] == [b"3"] * 3

def failing_call():
    ((answer, body),) = call("none")
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(body)["errorType"] == "KeyError"

def versions():
    client = boto3.client("lambda")
    given = {"Payload": json.dumps({"do": "nap", "seconds": 0}), "LogType": "Tail"}
    wished = (("threaded", {}), ("threaded:live", {}), ("threaded", {"Qualifier": "live"}))
    found = [client.invoke(FunctionName=name, **more, **given) for name, more in wished]
    assert [each["ExecutedVersion"] for each in found] == ["$LATEST", "1", "1"]
    logs = [base64.b64decode(each["LogResult"]).decode() for each in found]
    assert [log.split()[4] for log in logs] == ["$LATEST", "1", "1"]
    assert all("REPORT RequestId" in log for log in logs)
    assert "LogResult" not in client.invoke(FunctionName="threaded", Payload=given["Payload"])

def calls_itself():
    call("calls_itself")

def handler(event, context):
    if "seconds" in event and event["do"] == "nap":
        return nap(event["seconds"])
    globals()[event["do"]]()
"""


@contextmanager
def _function(deployed: Deployed) -> Iterator[QueueReader]:
    with deployed_function(deployed, NAME, SOURCE, "s3:*", "lambda:InvokeFunction") as arns:
        yield QueueReader(deployed, *arns)


READER = _function
"""The function of all tests here, for the fixture `reader`."""


@pytest.fixture(autouse=True)
def bucket(reader: QueueReader) -> Iterator[None]:
    """An empty bucket."""
    s3: Any = reader.aws.s3
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield
    for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])
    s3.delete_bucket(Bucket=BUCKET)


def _ended(reader: QueueReader, *wishes: str, seed: int = 1) -> list[tuple[float, Outcome, str]]:
    """When and how the invocations ended, each begun when the one before had ended."""
    with reader.run(seed) as run:
        for wish in wishes:
            run.invoke(reader.function, {"do": wish})
            run.run_until(run.now + (START - START))
    return [
        ((each.at - START).total_seconds(), each.outcome, each.message)
        for each in reader.of(AttemptEnded)
    ]


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [("pool", 3), ("warm", 4), ("transfer", 0), ("locks", 3), ("limits", 5), ("timer", 5)],
)
def test_joined_threads_take_the_time_of_the_longest(
    reader: QueueReader, wish: str, seconds: float
) -> None:
    """Pools, transfers, locks, queues, timeouts and timers: none of them waits in real time."""
    assert _ended(reader, wish) == [(seconds, Outcome.SUCCESS, "")]


def test_the_seed_draws_the_order_of_threads(reader: QueueReader) -> None:
    """Their calls come in an order that the same seed repeats."""
    digests = []
    for seed in (1, 1, 2):
        reader.deployed.simulator.reset()
        assert _ended(reader, "calls", seed=seed) == [(0, Outcome.SUCCESS, "")]
        assert len(reader.of(ApiCalled)) == 8
        digests.append(reader.digest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("number", [1, 2, 7])
def test_the_calls_of_threads_keep_their_numbers(reader: QueueReader, number: int) -> None:
    """Of eight that overlap each takes its own time, and a crash is after one of them."""
    crash = HandlerCrash(
        after=timedelta(), lasts=MINUTE, function=NAME, call_number=number, side=Side.AFTER
    )
    slow = durations_from_dict({"defaults": "none", "s3": "1s to 9s"})
    with reader.run(1, crash, durations=slow) as run:
        run.invoke(reader.function, {"do": "calls"})
    assert [e.outcome for e in reader.of(AttemptEnded)] == [Outcome.CRASH, Outcome.SUCCESS]
    (hit,) = reader.of(FaultInjected)
    assert f"after its call {number}," in hit.detail


def test_idle_threads_of_a_pool_go_on_with_the_next_invocation(reader: QueueReader) -> None:
    """As on AWS, where the environment is frozen in between."""
    assert [each[1] for each in _ended(reader, "warm", "warm")] == [Outcome.SUCCESS] * 2


@pytest.mark.parametrize("wish", ["deadlock", "stuck"])
def test_threads_that_wait_for_ever_end_at_the_timeout(reader: QueueReader, wish: str) -> None:
    """With the function, as for one that sleeps."""
    ended = _ended(reader, wish)
    assert ended[0][:2] == (20, Outcome.TIMEOUT)


def test_an_error_ends_its_thread_only(
    reader: QueueReader, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is printed, as Python does."""
    assert _ended(reader, "error") == [(0, Outcome.SUCCESS, "")]
    assert "Exception in thread" in capfd.readouterr().err


def test_a_thread_that_is_not_joined_is_refused(reader: QueueReader) -> None:
    """With its name, and the engine that can run it."""
    with pytest.raises(UsageError, match="forgotten") as caught:
        _ended(reader, "forget")
    assert "--engine embedded" in str(caught.value)


@pytest.mark.parametrize(
    ("wish", "seconds"), [("called", 3), ("calls_functions", 3), ("failing_call", 0)]
)
def test_a_function_waits_for_another_in_virtual_time(
    reader: QueueReader, wish: str, seconds: float
) -> None:
    """It gets the answer or the error, and the other's failure is neither retried nor reported."""
    ended = _ended(reader, wish)
    assert ended[-1] == (seconds, Outcome.SUCCESS, "")
    triggers = [each.trigger for each in reader.of(AttemptBegan)]
    assert triggers == [Trigger.MANUAL, *[Trigger.CALL] * (len(ended) - 1)]
    assert len(ended) == (4 if wish == "calls_functions" else 2)


def test_a_function_is_told_which_version_it_has_called(reader: QueueReader) -> None:
    """An alias leads to one, wherever it is named; the log's end comes where it is asked for."""
    client = reader.aws.awslambda
    version = client.publish_version(FunctionName="threaded")["Version"]
    client.create_alias(FunctionName="threaded", Name="live", FunctionVersion=version)
    assert _ended(reader, "versions")[-1] == (0, Outcome.SUCCESS, "")
    client.delete_alias(FunctionName="threaded", Name="live")
    client.delete_function(FunctionName="threaded", Qualifier=version)


def test_a_function_that_waits_for_itself_is_a_loop(reader: QueueReader) -> None:
    """Which ends the run by name."""
    with pytest.raises(UsageError, match="recursive loop"):
        _ended(reader, "calls_itself")
