"""Drain a pipeline: no more ticks, and every record that was put is delivered.

Firehose drops what it still buffers when its stream is deleted. So the rule is disabled,
invocations in progress end, and the last record is seen in the bucket before anything is deleted.
[Amazon Data Firehose API reference, DeleteDeliveryStream]
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.observers import DeliveredObject, age_seconds, delivered_objects
from wavetank.core.clock import Clock, floor_to_minute, rfc3339
from wavetank.core.errors import ConditionTimeoutError
from wavetank.deployment.teardown.inventory import PipelineInventory
from wavetank.ticker.observers import last_tick, read_prices, read_records

PERIOD_SECONDS = 60.0
"""The period of the rule."""
MARGIN_SECONDS = 60.0
"""Firehose sometimes takes longer than its buffering hints."""
POLL_SECONDS = 5.0
NEWEST_LOOKED_AT = 5
"""Objects that are searched for the last tick: it arrived last, unless an older one was retried."""
MISSING = frozenset({"ResourceNotFoundException", "NoSuchBucket", "NoSuchKey"})


@dataclass(frozen=True)
class DrainResult:
    """The result of a drain; `newest` is the last object in the bucket, None if none was found.

    `last_tick` is the last tick in the table, None if that is not known.
    """

    last_tick: datetime | None
    newest: DeliveredObject | None


class PipelineDrain:
    """Stops a pipeline's ticks, and waits until its records are delivered.

    `say` is called with what is waited for, and for how long at most.
    """

    def __init__(
        self,
        aws: AwsClients,
        inventory: PipelineInventory,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self._aws = aws
        self._names = inventory.names
        self._custom_handler = inventory.custom_handler
        self._clock = clock
        self._say = say

    def switch_rule_off(self) -> bool:
        """Disables the rule; returns whether it was enabled."""
        try:
            state = self._aws.events.describe_rule(Name=self._names.rule)["State"]
        except ClientError as error:
            _require_missing(error)
            return False
        if state == "DISABLED":
            return False
        self._aws.events.disable_rule(Name=self._names.rule)
        self._say(f"rule {self._names.rule} is off: no more ticks")
        return True

    def wait_until_delivered(self, *, abandon: bool = False) -> DrainResult | None:
        """Returns once the last records are in the bucket; None if the stream does not exist.

        With a custom handler it is not known which record is the last: then the wait is as long as
        Firehose may buffer one. With `abandon`, records that do not arrive are given up.

        Raises:
            ConditionTimeoutError: records of the last tick did not arrive.
        """
        interval = self._interval_seconds()
        if interval is None:
            return None
        tick = self._last_tick()
        running_seconds = self._working_seconds(tick)
        end = self._clock.monotonic() + running_seconds + interval + MARGIN_SECONDS
        self._say(
            f"waiting for running invocations ({running_seconds:.0f} s) and the stream's buffer, "
            f"{running_seconds + interval + MARGIN_SECONDS:.0f} s at most"
        )
        # Running invocations end first, since they may still put records.
        self._clock.sleep(running_seconds)
        while True:
            tick = self._last_tick()  # an invocation in progress may have moved it
            newest, arrived = self._newest(tick)
            if arrived or self._clock.monotonic() > end:
                break
            self._clock.sleep(min(POLL_SECONDS, interval or POLL_SECONDS))
        if tick is not None and not arrived and not abandon:
            raise self._undelivered(tick, newest)
        return DrainResult(tick, newest)

    def _interval_seconds(self) -> float | None:
        """How long the stream may buffer a record; None if the stream does not exist."""
        name = self._names.delivery_stream
        try:
            stream = self._aws.firehose.describe_delivery_stream(DeliveryStreamName=name)
        except ClientError as error:
            _require_missing(error)
            return None
        destination = stream["DeliveryStreamDescription"]["Destinations"][0]
        hints = destination.get("ExtendedS3DestinationDescription", {}).get("BufferingHints", {})
        return float(hints.get("IntervalInSeconds", 300))  # Firehose's own default

    def _working_seconds(self, tick: datetime | None) -> float:
        """How long an invocation may still run, which is less if the last tick is long ago."""
        try:
            function = self._aws.awslambda.get_function_configuration(
                FunctionName=self._names.streaming_function
            )
        except ClientError as error:
            _require_missing(error)
            return 0.0
        timeout = float(function["Timeout"])
        if tick is None:
            return timeout
        remaining = PERIOD_SECONDS + timeout - age_seconds(tick, self._clock)
        return min(timeout, max(0.0, remaining))

    def _last_tick(self) -> datetime | None:
        """The last tick in the table, written after its records; a custom handler records none."""
        if self._custom_handler:
            return None
        try:
            return last_tick(read_prices(self._aws, self._names.table))
        except ClientError as error:
            _require_missing(error)
            return None

    def _newest(self, tick: datetime | None) -> tuple[DeliveredObject | None, bool]:
        """The last object, and whether the tick's records are among the last objects.

        An object's key begins with the hour in which its first record arrived.
        """
        since = tick or self._clock.now() - timedelta(hours=1)
        try:
            found = delivered_objects(self._aws, self._names.bucket, f"{since:%Y/%m/%d/%H}/")
        except ClientError as error:
            _require_missing(error)
            return None, False
        arrived = tick is not None and any(
            self._contains_tick(entry, tick) for entry in reversed(found[-NEWEST_LOOKED_AT:])
        )
        return (found[-1] if found else None), arrived

    def _contains_tick(self, entry: DeliveredObject, tick: datetime) -> bool:
        try:
            records = list(read_records(self._aws, self._names.bucket, entry.key))
        except ValueError:  # not an object of the pipeline
            return False
        return any(floor_to_minute(record.instant) >= tick for record in records)

    def _undelivered(self, tick: datetime, newest: DeliveredObject | None) -> ConditionTimeoutError:
        seen = f"the newest object is {newest.key}" if newest else "no object of that hour"
        return ConditionTimeoutError(
            f"the records of the tick of {rfc3339(tick)} in {self._names.bucket}",
            seen,
            f"read the log group /aws/kinesisfirehose/{self._names.delivery_stream}, then run the "
            "same command again, or give up what the stream buffers with --abandon-buffer",
        )


def _require_missing(error: ClientError) -> None:
    """Returns if the error says that a resource does not exist; raises any other error again."""
    if error_code(error) not in MISSING:
        raise error
