"""The Kinesis streams and tables' streams of the simulator, beyond what their APIs tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wavetank.emulator.shard_views import ShardView
    from wavetank.emulator.stream_observer import OnRecord


class DataStreams:
    """What streams hold; each is named by its ARN."""

    def shards(self, arn: str) -> "list[ShardView]":
        """The shards of the stream, parents before their children; none if it does not exist."""
        from wavetank.emulator.shard_views import shards_of  # noqa: PLC0415 - imports LocalStack

        return shards_of(arn)

    def shard_count(self, arn: str) -> int:
        """How many shards the stream has, with closed ones; 0 if it does not exist."""
        from wavetank.emulator.shard_views import shard_count  # noqa: PLC0415 - as above

        return shard_count(arn)

    def last_before(self, mapping: str, shard: "ShardView") -> int:
        """The sequence number that the shard had last when the mapping of that id was created.

        For a shard that did not exist then, it is the number before its first.
        """
        from wavetank.emulator.shard_views import LATEST  # noqa: PLC0415 - as above

        noted = LATEST.get(mapping, {}).get(shard.id, shard.first - 1)
        return min(noted, shard.last)  # the stream may have been reset to before

    def next_expiry(self, arn: str, now: datetime) -> datetime | None:
        """When Time to Live deletes the next item of the stream's table; None if it never does."""
        from wavetank.emulator.shard_views import next_expiry  # noqa: PLC0415 - as above

        return next_expiry(arn, now)

    def expire_items(self, arn: str, now: datetime) -> None:
        """Let Time to Live delete the items that are due."""
        from wavetank.emulator.shard_views import expire_items  # noqa: PLC0415 - as above

        expire_items(arn, now)

    @contextmanager
    def observed(self, on_record: "OnRecord") -> Iterator[None]:
        """Report each accepted record while the body runs."""
        from wavetank.emulator.stream_observer import STREAM_OBSERVER  # noqa: PLC0415 - as above

        STREAM_OBSERVER.on_record = on_record
        try:
            yield
        finally:
            STREAM_OBSERVER.on_record = None
