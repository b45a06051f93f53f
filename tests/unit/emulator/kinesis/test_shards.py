"""Shards cover all keys, keep their records when they are split or merged, and forget old ones."""

import base64
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import freezegun
import pytest
from moto.kinesis.exceptions import InvalidArgumentError
from moto.kinesis.models import KinesisBackend, Stream, kinesis_backends

from wavetank.emulator.kinesis import state
from wavetank.emulator.kinesis.shards import CORRECTIONS, HASH_KEY_MAX
from wavetank.emulator.patches import patch_of

ACCOUNT, REGION = "123456789012", "eu-west-2"
START = datetime(2030, 1, 1, tzinfo=UTC)
FIRST, SECOND, THIRD, FOURTH = (f"shardId-{number:012}" for number in range(4))


@pytest.fixture
def backend() -> Iterator[KinesisBackend]:
    """Moto's, corrected and empty; afterwards as before."""
    before = {target: patch_of(target).is_applied for target in CORRECTIONS}
    for target, ours in CORRECTIONS.items():
        patch_of(target).apply(ours)
    made = kinesis_backends[ACCOUNT][REGION]
    yield made
    made.reset()
    for target, was_applied in before.items():
        if not was_applied:
            patch_of(target).undo()


def _stream(backend: KinesisBackend, shards: int) -> Stream:
    return backend.create_stream("stream", shards)


def _read(backend: KinesisBackend, shard: str) -> tuple[list[str], bool]:
    """The data of the shard's records, and whether there may be more."""
    iterator = backend.get_shard_iterator(None, "stream", shard, "TRIM_HORIZON", 0, START)
    following, records, _ = backend.get_records(None, iterator, None)
    return [record.data for record in records], following is not None


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_hash_key_belongs_to_one_shard(backend: KinesisBackend, count: int) -> None:
    """The first and last one of each shard too."""
    shards = list(_stream(backend, count).shards.values())
    assert shards[0].starting_hash == 0
    assert shards[-1].ending_hash == HASH_KEY_MAX
    for one, following in pairwise(shards):
        assert one.ending_hash + 1 == following.starting_hash
    for shard in shards:
        for key in (shard.starting_hash, shard.ending_hash):
            _, found = backend.streams["stream"].put_record("p", str(key), "data")
            assert found == shard.shard_id


def test_sequence_numbers_rise_and_differ_between_shards(backend: KinesisBackend) -> None:
    """They have 56 digits, as on AWS."""
    stream = _stream(backend, 2)
    keys = ("0", "1", str(HASH_KEY_MAX))
    first, second, other = (stream.put_record("p", key, "data")[0] for key in keys)
    assert int(second) > int(first)
    assert other not in {first, second}
    assert {len(number) for number in (first, second, other)} == {56}


def test_a_split_shard_keeps_its_records_and_takes_no_more(backend: KinesisBackend) -> None:
    """Reading ends at its end; new records go to its children."""
    stream = _stream(backend, 1)
    stream.put_record("p", "0", "before")
    backend.split_shard("", "stream", FIRST, str(HASH_KEY_MAX // 2))
    _, shard = stream.put_record("p", "0", "after")
    assert shard == SECOND
    assert _read(backend, FIRST) == (["before"], False)
    assert _read(backend, SECOND) == (["after"], True)
    with pytest.raises(InvalidArgumentError):
        backend.split_shard("", "stream", FIRST, str(HASH_KEY_MAX // 2))


def test_merged_shards_keep_their_records(backend: KinesisBackend) -> None:
    """Only neighbours can be merged."""
    stream = _stream(backend, 3)
    stream.put_record("p", "0", "before")
    with pytest.raises(InvalidArgumentError):
        backend.merge_shards("", "stream", FIRST, THIRD)
    backend.merge_shards("", "stream", FIRST, SECOND)
    _, shard = stream.put_record("p", "0", "after")
    assert shard == FOURTH
    assert _read(backend, FIRST) == (["before"], False)


def test_an_iterator_by_arn_needs_no_arn_when_it_is_used(backend: KinesisBackend) -> None:
    """As GetRecords is called in most examples."""
    stream = _stream(backend, 1)
    stream.put_record("p", "", "data")
    iterator = backend.get_shard_iterator(stream.arn, None, FIRST, "TRIM_HORIZON", 0, START)
    _, records, _ = backend.get_records(None, iterator, None)
    assert [record.data for record in records] == ["data"]


def test_records_expire_after_the_retention_period(backend: KinesisBackend) -> None:
    """24 hours by default; sequence numbers go on."""
    with freezegun.freeze_time(START) as frozen:
        stream = _stream(backend, 1)
        number, _ = stream.put_record("p", "", "old")
        frozen.move_to(START + timedelta(hours=23, minutes=59))
        assert _read(backend, FIRST) == (["old"], True)
        frozen.move_to(START + timedelta(hours=24))
        assert _read(backend, FIRST) == ([], True)
        assert int(stream.put_record("p", "", "new")[0]) == int(number) + 1


def test_records_are_saved_and_reset(backend: KinesisBackend) -> None:
    """With their shards, instants and sequence numbers."""
    stream = _stream(backend, 2)
    number, shard = stream.put_record("p", "0", "data")
    states, rows = state.shard_states(ACCOUNT, REGION), state.records_to_save(stream)
    stream.put_record("p", "0", "more")
    state.restore_shards(ACCOUNT, REGION, states)
    assert state.records_to_save(stream) == rows
    state.restore_shards(ACCOUNT, REGION, {})
    assert state.records_to_save(stream) == []
    state.restore_records(stream, rows)
    assert state.records_to_save(stream) == rows
    assert stream.put_record("p", "0", "next") == (str(int(number) + 1), shard)


def test_concurrent_puts_lose_no_record(backend: KinesisBackend) -> None:
    """Each record has a sequence number of its own, also in threads that alternate often."""
    stream = _stream(backend, 1)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            texts = [str(number) for number in range(2000)]
            numbers = list(pool.map(lambda text: stream.put_record("p", "", text)[0], texts))
    finally:
        sys.setswitchinterval(interval)
    assert len(set(numbers)) == len(texts)
    assert sorted(_read(backend, FIRST)[0]) == sorted(texts)


def test_an_iterator_is_read_with_the_arn_of_its_own_stream_only(backend: KinesisBackend) -> None:
    """The ARN of another stream is refused."""
    one, other = _stream(backend, 1), backend.create_stream("other", 1)
    one.put_record("p", "", "data")
    iterator = backend.get_shard_iterator(None, "stream", FIRST, "TRIM_HORIZON", 0, START)
    with pytest.raises(InvalidArgumentError):
        backend.get_records(other.arn, iterator, None)
    assert len(backend.get_records(one.arn, iterator, None)[1]) == 1


@pytest.mark.parametrize(("count", "target"), [(2, 5), (1, 3), (4, 1)])
def test_a_stream_scales_to_its_double_or_half(
    backend: KinesisBackend, count: int, target: int
) -> None:
    """Beyond that nothing is changed: UpdateShardCount, "you cannot"."""
    stream = _stream(backend, count)
    with pytest.raises(InvalidArgumentError, match=f"count: {count} Target"):
        stream.update_shard_count(target)
    assert len(stream.shards) == count


def test_a_record_of_more_than_a_mebibyte_is_refused(backend: KinesisBackend) -> None:
    """With its partition key."""
    stream = _stream(backend, 1)
    data = base64.b64encode(b"x" * (1024 * 1024 - 1)).decode()
    stream.put_record("p", "", data)
    with pytest.raises(InvalidArgumentError, match="1048577 bytes"):
        stream.put_record("pp", "", data)


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP"])
def test_an_iterator_of_a_position_needs_it(backend: KinesisBackend, kind: str) -> None:
    """Without it the call is refused, and not an internal error."""
    _stream(backend, 1)
    absent: Any = None
    with pytest.raises(InvalidArgumentError, match=kind):
        backend.get_shard_iterator(None, "stream", FIRST, kind, absent, absent)


@pytest.mark.parametrize("iterator", ["x", "eA==", "////"])
def test_what_is_no_iterator_is_refused(backend: KinesisBackend, iterator: str) -> None:
    """Whatever text it is."""
    with pytest.raises(InvalidArgumentError, match="ShardIterator"):
        backend.get_records(None, iterator, None)
