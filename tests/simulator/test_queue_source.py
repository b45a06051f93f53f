"""SQS -> Lambda in virtual time: batches, visibility timeouts, dead letters, order, limits."""

from collections.abc import Iterator

import pytest

from tests.simulator.conftest import Deployed
from tests.simulator.queues import QueueReader, queue_reader
from wavetank.history import (
    AttemptBegan,
    Drained,
    EventAccepted,
    EventOffered,
    EventSettled,
    Settlement,
    Trigger,
)

VISIBILITY = {"VisibilityTimeout": "60"}


@pytest.fixture(scope="module")
def function(deployed: Deployed) -> Iterator[QueueReader]:
    """The function of all tests here."""
    with queue_reader(deployed) as made:
        yield made


@pytest.fixture
def reader(function: QueueReader, pipeline: Deployed) -> Iterator[QueueReader]:
    """The function without a mapping, in frozen time; the test's queues are deleted afterwards."""
    del pipeline
    yield function
    function.close()


def test_messages_are_processed_at_once_in_batches(reader: QueueReader) -> None:
    """Ten at most by default, whether they were sent before the run or during it."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    reader.send(url, *("before" for _ in range(12)))
    with reader.run():
        reader.send(url, "during")
    assert reader.batches() == [(0, 10), (0, 3)]
    assert {each.trigger for each in reader.of(AttemptBegan)} == {Trigger.QUEUE}
    (accepted,) = reader.of(EventAccepted)
    offered = [id for each in reader.of(EventOffered) for id in each.ids]
    processed = [id for each in reader.of(EventSettled) for id in each.ids]
    assert accepted.id == offered[-1]
    assert sorted(offered) == sorted(processed)
    assert reader.of(Drained)[0].complete


def test_the_same_seed_repeats_a_run(reader: QueueReader) -> None:
    """With the same ids of messages and requests, and another seed does not."""
    first, second = reader.queue("first", **VISIBILITY), reader.queue("second", **VISIBILITY)
    reader.map(first, BatchSize=1)
    reader.map(second)
    digests = []
    for seed in (1, 1, 2):
        reader.deployed.simulator.reset()
        with reader.run(seed):
            reader.send(first, *({"send": second, "sleep": number} for number in range(7)))
        digests.append(reader.digest())
    assert digests[0] == digests[1] != digests[2]
    assert len([each for each in reader.of(EventOffered) if each.source == "second"]) > 1


def test_a_failed_batch_comes_back_after_the_visibility_timeout(reader: QueueReader) -> None:
    """Counted from the instant at which it was received."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    with reader.run():
        reader.send(url, {"raise": True, "sleep": 5, "fail": 2})
    assert reader.batches() == [(0, 1), (60, 1), (120, 1)]
    returned, processed = Settlement.RETURNED, Settlement.PROCESSED
    assert reader.settled() == [(5, returned, 1), (65, returned, 1), (125, processed, 1)]
