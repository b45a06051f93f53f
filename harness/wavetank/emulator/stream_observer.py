"""Reports each record that a Kinesis stream or the stream of a table accepts, to a simulation."""

from collections.abc import Callable

type OnRecord = Callable[[str, int], None]
"""Gets the ARN of the stream, and the record's sequence number."""


class StreamObserver:
    """`on_record` is called for each record while it is set."""

    def __init__(self) -> None:
        self.on_record: OnRecord | None = None

    def accepted(self, stream_arn: str, number: int) -> None:
        """The stream accepted the record."""
        if self.on_record is not None:
            self.on_record(stream_arn, number)


STREAM_OBSERVER = StreamObserver()
"""The only instance: it observes all streams."""
