"""LocalStack's poller of streams with the policy of a simulation's; for live engines.

LocalStack's own never splits a batch, counts throttles as retries, knows no age of a table's
records, makes the data of filtered records anew, cannot begin at a time, and reads everything once
more after a split of a shard. Still different: it reads the shards of a mapping in turn, so that
one which fails blocks all, and ignores ParallelizationFactor.
[LocalStack 4.14: services/lambda_/event_source_mapping/pollers/stream_poller.py]
"""

import json
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
)
from localstack.services.lambda_.event_source_mapping.pipe_utils import get_internal_client
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import get_queue_url
from localstack.services.lambda_.event_source_mapping.senders.sender_utils import batched
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider_utils import get_function_version_from_arn
from localstack.utils.aws.client_types import ServicePrincipal
from localstack.utils.strings import long_uid

from wavetank.aws.clients import ClientError
from wavetank.core.clock import WallClock
from wavetank.core.resource_name import service_of
from wavetank.emulator.lambda_.discarded_batches import DiscardedBatch
from wavetank.emulator.lambda_.event_filters import matches_filters
from wavetank.emulator.lambda_.item_failures import reported_failures
from wavetank.emulator.lambda_.stream_policy import (
    BatchResult,
    DiscardCondition,
    Records,
    StreamBatch,
    StreamRetryPolicy,
    after_error,
    after_failed_items,
    after_success,
    after_throttle,
    retry_delay,
    split_by_age,
)
from wavetank.emulator.lambda_.stream_records import (
    ShardRecord,
    kinesis_record,
    table_record,
)
from wavetank.emulator.patches import patch_of

LOG = logging.getLogger(__name__)
UNLIMITED = -1


@dataclass
class ShardProgress:
    """How far the shards of a mapping are read: the last number of each, and those at their end."""

    last: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)


PROGRESS: WeakKeyDictionary[Any, ShardProgress] = WeakKeyDictionary()
"""By poller."""


@dataclass(frozen=True)
class _Answer:
    """What the function did with a batch; `error` is LocalStack's description of a failure."""

    result: BatchResult
    error: Mapping[str, Any] = field(default_factory=dict)
    reported: bool = False


def correct_stream_events() -> None:
    """Apply the patches."""
    for target, ours in REPLACEMENTS.items():
        patch_of(target).apply(ours)


def open_shards(poller: Any) -> dict[str, str]:
    """An iterator for each shard that is to be read, from where it was read to before."""
    progress = PROGRESS.setdefault(poller, ShardProgress())
    arn = {"StreamARN" if _is_kinesis(poller) else "StreamArn": poller.source_arn}
    description = poller.source_client.describe_stream(**arn)["StreamDescription"]
    if description["StreamStatus"] not in {"ACTIVE", "ENABLED"}:
        return {}
    present = {shard["ShardId"] for shard in description["Shards"]}
    found = {}
    for shard in description["Shards"]:
        name = shard["ShardId"]
        parents = {shard.get("ParentShardId"), shard.get("AdjacentParentShardId")} & present
        if name not in progress.ended and parents <= progress.ended:
            position = _position(poller, progress, name, is_new=not parents)
            answer = poller.source_client.get_shard_iterator(**arn, ShardId=name, **position)
            found[name] = answer["ShardIterator"]
    return found


def _position(poller: Any, progress: ShardProgress, shard: str, *, is_new: bool) -> dict[str, Any]:
    if shard in progress.last:
        name = "StartingSequenceNumber" if _is_kinesis(poller) else "SequenceNumber"
        return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", name: progress.last[shard]}
    if not is_new:  # of a split or merge: from its beginning
        return {"ShardIteratorType": "TRIM_HORIZON"}
    position = poller.stream_parameters["StartingPosition"]
    if position == "AT_TIMESTAMP":
        at = _mapping(poller)["StartingPositionTimestamp"]
        return {"ShardIteratorType": position, "Timestamp": at}
    return {"ShardIteratorType": position}


def read_shard(poller: Any, shard_id: str, shard_iterator: str) -> None:
    """Read the shard once, and offer what makes a batch."""
    answer = poller.get_records(shard_iterator)
    progress, batcher = PROGRESS.setdefault(poller, ShardProgress()), poller.shard_batcher[shard_id]
    records = answer.get("Records", [])
    if records:
        progress.last[shard_id] = _record(poller, records[-1], shard_id).id
    following = answer.get("NextShardIterator")
    if following is not None:
        poller.shards[shard_id] = following
    if batcher.add(records) or following is None:
        for batch in batched(batcher.flush(), poller.stream_parameters["BatchSize"]):
            poller.forward_events_to_target(shard_id, batch)
    if following is None:
        progress.ended.add(shard_id)
        poller.shards, poller.iterator_over_shards = poller.initialize_shards(), None


def offer(poller: Any, shard_id: str, records: list[dict[str, Any]]) -> None:
    """Invoke the function with the records that match a filter, until they are settled."""
    found = (_record(poller, each, shard_id) for each in records)
    matching = tuple(
        each for each in found if matches_filters(each.content, poller.filter_patterns)
    )
    policy, waiting = _policy(poller), deque([StreamBatch(matching)])
    answer = _Answer(BatchResult())
    while waiting and not poller._is_shutdown.is_set():  # noqa: SLF001 - LocalStack has no public name for it
        batch = waiting.popleft()
        old, rest = split_by_age(batch.records, policy.record_age_max, WallClock().now())
        _discard(poller, shard_id, old, batch, answer, DiscardCondition.AGE)
        if not rest:
            continue
        batch = StreamBatch(rest, batch.retries, batch.invocations).offered()
        answer = _invoke(poller, batch, policy)
        waiting.extendleft(reversed(answer.result.retried))
        discarded = answer.result.discarded
        _discard(poller, shard_id, discarded, batch, answer, DiscardCondition.RETRIES)
        if answer.result.retried:
            poller._is_shutdown.wait(retry_delay(batch.invocations).total_seconds())  # noqa: SLF001 - as above


def _invoke(poller: Any, batch: StreamBatch, policy: StreamRetryPolicy) -> _Answer:
    try:
        poller.processor.process_events_batch([dict(each.content) for each in batch.records])
    except PartialBatchFailureError as error:
        ids = {record.id for record in batch.records}
        failed = reported_failures(error.partial_failure_payload, ids)
        result = after_failed_items(batch, failed, policy)
        return _Answer(result, error.error or {}, reported=True)
    except BatchFailureError as error:
        return _Answer(after_error(batch, policy), error.error or {})
    except ClientError as error:
        LOG.info("The function of %s was not invoked: %s", poller.source_arn, error)
        return _Answer(after_throttle(batch))
    return _Answer(after_success(batch))


def _discard(
    poller: Any,
    shard_id: str,
    records: Records,
    batch: StreamBatch,
    answer: _Answer,
    condition: DiscardCondition,
) -> None:
    """Report the records to the on-failure destination, with the permissions of the role."""
    target = poller.stream_parameters.get("DeadLetterConfig", {}).get("Arn")
    if not records or not target:
        return
    discarded = DiscardedBatch(
        mapping=poller.esm_uuid,
        function=_function(poller),
        version=answer.error.get("executedVersion") or "$LATEST",
        stream=poller.source_arn,
        shard=shard_id,
        records=records,
        condition=condition,
        request=answer.error.get("requestId") or long_uid(),
        invocations=batch.invocations,
        reported=answer.reported,
        now=WallClock().now(),
    )
    try:
        _send(poller, target, discarded)
    except ClientError as error:
        LOG.warning("The report of discarded records did not reach %s: %s", target, error)


def _send(poller: Any, target: str, discarded: DiscardedBatch) -> None:
    role = get_function_version_from_arn(_function(poller)).config.role
    client: Any = get_internal_client(
        target,
        role_arn=role,
        service_principal=ServicePrincipal.lambda_,
        source_arn=_function(poller),
    )
    name = target.rpartition(":")[2]
    match service_of(target):
        case "sqs":
            url = get_queue_url(target)
            client.send_message(QueueUrl=url, MessageBody=json.dumps(discarded.message()))
        case "sns":
            client.publish(TopicArn=target, Message=json.dumps(discarded.message()))
        case "s3":
            key, body = discarded.object_key(long_uid()), json.dumps(discarded.object())
            client.put_object(Bucket=name, Key=key, Body=body)


def _record(poller: Any, record: Any, shard_id: str) -> ShardRecord:
    if _is_kinesis(poller):
        return kinesis_record(record, shard_id, poller.source_arn, poller.invoke_identity_arn)
    return table_record(record, poller.source_arn)


def _policy(poller: Any) -> StreamRetryPolicy:
    mapping = _mapping(poller)
    limits = (
        mapping.get(f"Maximum{name}", UNLIMITED) for name in ("RetryAttempts", "RecordAgeInSeconds")
    )
    retries, age = (None if limit == UNLIMITED else limit for limit in limits)
    return StreamRetryPolicy(
        retries_max=retries,
        record_age_max=None if age is None else timedelta(seconds=age),
        bisects=mapping.get("BisectBatchOnFunctionError", False),
    )


def _mapping(poller: Any) -> Mapping[str, Any]:
    """The mapping as it is now; empty once it is deleted."""
    _, _, _, region, account, *_ = _function(poller).split(":")
    found: Mapping[str, Any] = lambda_stores[account][region].event_source_mappings.get(
        poller.esm_uuid, {}
    )
    return found


def _function(poller: Any) -> str:
    return str(poller.processor.sender.target_arn)


def _is_kinesis(poller: Any) -> bool:
    return bool(poller.event_source() == "aws:kinesis")


REPLACEMENTS: Mapping[str, Any] = {
    (
        "localstack.services.lambda_.event_source_mapping.pollers.dynamodb_poller"
        ":DynamoDBPoller.initialize_shards"
    ): open_shards,
    (
        "localstack.services.lambda_.event_source_mapping.pollers.kinesis_poller"
        ":KinesisPoller.initialize_shards"
    ): open_shards,
    (
        "localstack.services.lambda_.event_source_mapping.pollers.stream_poller"
        ":StreamPoller.forward_events_to_target"
    ): offer,
    (
        "localstack.services.lambda_.event_source_mapping.pollers.stream_poller"
        ":StreamPoller.poll_events_from_shard"
    ): read_shard,
}
"""LocalStack's attributes, and their replacements."""
