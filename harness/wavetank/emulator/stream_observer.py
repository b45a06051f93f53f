"""Reports each record that a Kinesis stream or the stream of a table accepts, to a simulation."""

from collections.abc import Callable

type OnRecord = Callable[[str, int, str], None]
"""Gets the ARN of the stream, the record's sequence number, and the key that orders it."""


class StreamObserver:
    """`on_record` is called for each record while it is set."""

    def __init__(self) -> None:
        self.on_record: OnRecord | None = None

    def accepted(self, stream_arn: str, number: int, key: str) -> None:
        """The stream accepted the record; those of one key are read in their order."""
        if self.on_record is not None:
            self.on_record(stream_arn, number, key)


STREAM_OBSERVER = StreamObserver()
"""The only instance: it observes all streams."""
