"""A pipeline brought to rest: no more ticks, and what was put delivered.

Firehose drops what it still holds when its stream is deleted. So the rule goes off, the invocations
under way end, and the last record is seen in the bucket, before anything is deleted.
[Amazon Data Firehose API reference, DeleteDeliveryStream]
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.observers import (
    DeliveredObject,
    age_seconds,
    delivered_objects,
    last_tick,
    read_prices,
    read_records,
)
from wavetank.core.clock import Clock, floor_to_minute, rfc3339
from wavetank.core.errors import ConditionTimeoutError
from wavetank.deployment.teardown.inventory import PipelineInventory

PERIOD_SECONDS = 60.0
"""Of the rule."""
MARGIN_SECONDS = 60.0
"""Firehose takes longer than its buffering hints now and then."""
LOOK_SECONDS = 5.0
NEWEST_LOOKED_AT = 5
"""Objects that are read for the last tick: it arrived last, but for one that was retried."""
MISSING = frozenset({"ResourceNotFoundException", "NoSuchBucket", "NoSuchKey"})


@dataclass(frozen=True)
class DrainResult:
    """How a pipeline came to rest; `newest` is the last object, None where there is none.

    `last_tick` is the one that the table ended on, None where that is not known.
    """

    last_tick: datetime | None
    newest: DeliveredObject | None


class Quieting:
    """Brings one pipeline to rest; `say` hears what is waited for, and how long at most."""

    def __init__(
        self, aws: AwsClients, standing: PipelineInventory, clock: Clock, say: Callable[[str], None]
    ) -> None:
        self._aws = aws
        self._names = standing.names
        self._own_handler = standing.own_handler
        self._clock = clock
        self._say = say

    def switch_rule_off(self) -> bool:
        """Whether it was on."""
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
        """Returns once the last records are in the bucket; None where there is no stream.

        Where somebody's own script makes the records nobody knows which is the last: then it waits
        as long as Firehose may hold one. With `abandon` what does not come is given up.

        Raises:
            ConditionTimeoutError: records of the last tick did not arrive.
        """
        interval = self._interval_seconds()
        if interval is None:
            return None
        tick = self._last_tick()
        working = self._working_seconds(tick)
        end = self._clock.monotonic() + working + interval + MARGIN_SECONDS
        self._say(
            f"waiting for what is under way ({working:.0f} s) and for the stream's buffer, "
            f"{working + interval + MARGIN_SECONDS:.0f} s at most"
        )
        self._clock.sleep(working)
        while True:
            tick = self._last_tick()  # an invocation that was under way moved it
            newest, arrived = self._newest(tick)
            if arrived or self._clock.monotonic() > end:
                break
            self._clock.sleep(min(LOOK_SECONDS, interval or LOOK_SECONDS))
        if tick is not None and not arrived and not abandon:
            raise self._lost(tick, newest)
        return DrainResult(tick, newest)

    def _interval_seconds(self) -> float | None:
        """How long the stream may hold a record; None where there is no stream."""
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
        """How long an invocation may be under way: less where the last tick is long ago."""
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
        left = PERIOD_SECONDS + timeout - age_seconds(tick, self._clock)
        return min(timeout, max(0.0, left))

    def _last_tick(self) -> datetime | None:
        """The table's: its records were put before it; a script of somebody's own leaves none."""
        if self._own_handler:
            return None
        try:
            return last_tick(read_prices(self._aws, self._names.table))
        except ClientError as error:
            _require_missing(error)
            return None

    def _newest(self, tick: datetime | None) -> tuple[DeliveredObject | None, bool]:
        """The last object, and whether the tick's records are among the last.

        An object's key begins with the hour in which its first record arrived.
        """
        since = tick or self._clock.now() - timedelta(hours=1)
        try:
            found = delivered_objects(self._aws, self._names.bucket, f"{since:%Y/%m/%d/%H}/")
        except ClientError as error:
            _require_missing(error)
            return None, False
        arrived = tick is not None and any(
            self._holds(entry, tick) for entry in reversed(found[-NEWEST_LOOKED_AT:])
        )
        return (found[-1] if found else None), arrived

    def _holds(self, entry: DeliveredObject, tick: datetime) -> bool:
        try:
            records = list(read_records(self._aws, self._names.bucket, entry.key))
        except ValueError:  # not the pipeline's own, so not the tick's
            return False
        return any(floor_to_minute(record.instant) >= tick for record in records)

    def _lost(self, tick: datetime, newest: DeliveredObject | None) -> ConditionTimeoutError:
        seen = f"the newest object is {newest.key}" if newest else "no object of that hour"
        return ConditionTimeoutError(
            f"the records of the tick of {rfc3339(tick)} in {self._names.bucket}",
            seen,
            f"see the log group /aws/kinesisfirehose/{self._names.delivery_stream} and run the same"
            " command again, or lose what the stream holds with --abandon-buffer",
        )


def _require_missing(error: ClientError) -> None:
    """Returns where the error says that something is not there; raises any other again."""
    if error_code(error) not in MISSING:
        raise error
