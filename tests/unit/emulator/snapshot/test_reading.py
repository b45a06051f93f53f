"""What a snapshot holds of a pipeline that goes on while it is taken."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import Any

from wavetank.emulator.snapshot.file import SnapshotContents, SnapshotObject, StoredBatch
from wavetank.emulator.snapshot.reading import RestoredNames, read_contents

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
STEPS_OF_A_TICK = 3
STEPS = 2 * STEPS_OF_A_TICK
FILLED = RestoredNames(tables=["prices"], streams=["stream"], buckets=["bucket"])


@dataclass
class Pipeline:
    """Two ticks of a pipeline: a record is put, then the table moves, then the record is delivered.

    Whenever something is read, the pipeline has gone on by `pace` steps since the reading before.
    """

    pace: int
    steps_done: int = 0
    moved: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    delivered: list[int] = field(default_factory=list)

    def go_on(self, steps: int) -> None:
        """This number of steps, or as many as remain."""
        for _ in range(min(steps, STEPS - self.steps_done)):
            tick, step = divmod(self.steps_done, STEPS_OF_A_TICK)
            if step == 0:
                self.held.append(tick)
            elif step == 1:
                self.moved.append(tick)
            else:
                self.held.remove(tick)
                self.delivered.append(tick)
            self.steps_done += 1

    def table_names(self) -> list[str]:
        return ["prices"]

    def read_items(self, table: str) -> list[dict[str, Any]]:
        assert table == "prices"
        self.go_on(self.pace)
        return [{"Tick": {"N": str(tick)}} for tick in self.moved]

    def read_batches(self, stream: str) -> list[StoredBatch]:
        assert stream == "stream"
        self.go_on(self.pace)
        return [StoredBatch(oldest=NOW, count=1, body=str(tick).encode()) for tick in self.held]

    def read_table_stream(self, table: str) -> list[dict[str, Any]]:
        return [{"table": table}]

    def read_kinesis_stream(self, stream: str) -> list[dict[str, Any]]:
        return [{"stream": stream}]

    def read_tokens(self) -> list[dict[str, Any]]:
        return [{"text": "token"}]

    def bucket_names(self) -> list[str]:
        return ["bucket"]

    def fingerprints(self, bucket: str) -> dict[str, str]:
        assert bucket == "bucket"
        self.go_on(self.pace)
        return {str(tick): "written once" for tick in self.delivered}

    def read_object(self, bucket: str, key: str) -> SnapshotObject | None:
        raise AssertionError(f"{key} of {bucket} is read by the save")

    def read_messages(self) -> list[dict[str, Any]]:
        return [{"id": "1"}]

    def read_subscriptions(self) -> list[dict[str, Any]]:
        return [{"arn": "2"}]


def _ticks(contents: SnapshotContents) -> set[int]:
    """Those that the table has moved by."""
    return {int(item["Tick"]["N"]) for item in contents.items["prices"]}


def _records(contents: SnapshotContents) -> set[int]:
    """The ticks whose records are held or delivered."""
    held = {int(batch.body) for batch in contents.batches["stream"]}
    return held | {int(key) for key in contents.buckets["bucket"]}


def test_no_tick_of_a_snapshot_is_without_its_record() -> None:
    """Tables are read before streams and those before buckets, at every step of the pipeline."""
    seen = set()
    for begin, pace in product(range(STEPS), range(STEPS)):
        pipeline = Pipeline(pace)
        pipeline.go_on(begin)
        contents = read_contents(pipeline, FILLED)
        ticks, records = _ticks(contents), _records(contents)
        assert ticks <= records, f"from step {begin} on, {pace} steps at a time"
        seen.add((len(ticks), len(records)))
    assert {(0, 0), (1, 1), (1, 2), (2, 2)} <= seen  # or the pipeline has not gone on


def test_what_was_deleted_is_saved_as_empty() -> None:
    """A table or bucket that is no more is not asked for its contents, and what it held is gone."""
    filled = RestoredNames(
        tables=["prices", "gone"], streams=["stream"], buckets=["bucket", "gone too"]
    )
    contents = read_contents(Pipeline(pace=0), filled)
    assert contents.items == {"prices": [], "gone": []}
    assert contents.buckets == {"bucket": {}, "gone too": {}}


def test_a_resource_that_was_not_created_is_not_read() -> None:
    """What is saved of it stays, until something of its name is created and filled."""
    contents = read_contents(Pipeline(pace=0), RestoredNames(tables=[], streams=[], buckets=[]))
    assert (contents.items, contents.batches, contents.buckets) == ({}, {}, {})
    assert (contents.messages, contents.subscriptions) == ([{"id": "1"}], [{"arn": "2"}])
    assert contents.tokens == [{"text": "token"}]


def test_records_of_streams_are_read_by_table_and_stream() -> None:
    """A table and a Kinesis stream may have the same name."""
    names = RestoredNames(tables=["a"], streams=[], buckets=[], kinesis_streams=["a"])
    contents = read_contents(Pipeline(pace=0), names)
    assert contents.records == {"dynamodb/a": [{"table": "a"}], "kinesis/a": [{"stream": "a"}]}


class BrokenStream(Pipeline):
    """One whose table stream and tokens cannot be read."""

    def read_table_stream(self, table: str) -> list[dict[str, Any]]:
        raise RuntimeError(f"{table} changed during iteration")

    def read_tokens(self) -> list[dict[str, Any]]:
        raise RuntimeError("tokens changed during iteration")


def test_an_error_of_one_resource_does_not_lose_the_others() -> None:
    """What could not be read is absent, so that its saved data stay."""
    contents = read_contents(BrokenStream(pace=STEPS), FILLED)
    assert _ticks(contents) == {0, 1}
    assert (contents.records, contents.tokens) == ({}, None)
    assert contents.messages == [{"id": "1"}]
    assert contents.errors == [
        "table stream prices: prices changed during iteration",
        "tokens: tokens changed during iteration",
    ]
