"""Reads deployed resources from LocalStack's services and, if necessary, their stores.

[LocalStack 4.14: services/s3/models.py, services/sns/models.py]
"""

from collections.abc import Iterable, Iterator
from heapq import nlargest
from typing import Any

from localstack.services.s3.models import S3Object, s3_stores
from localstack.services.sns.models import sns_stores

from wavetank.console.view_models import (
    BucketState,
    FunctionState,
    ObjectState,
    PipelineState,
    RuleState,
    StreamState,
    SubscriptionState,
    TableState,
    TopicState,
    ticks_of,
)
from wavetank.core.clock import Clock
from wavetank.core.text import last_part
from wavetank.emulator import stack_index as deployed
from wavetank.emulator.firehose.stream_id import own_stream
from wavetank.emulator.lambda_.attempts import ATTEMPTS
from wavetank.emulator.services import ACCOUNT, REGION, clients, deliverer, next_fire
from wavetank.emulator.sns.confirmation import is_confirmed
from wavetank.emulator.stack_index import DeployedStack

OBJECTS_SHOWN = 10
ON = "ENABLED"


def pipeline_state(stack: DeployedStack, clock: Clock) -> PipelineState:
    """The stack's pipeline now, without resources that were deleted outside of the stack."""
    streams = tuple(_streams(stack, clock))
    own = [*stack.of(deployed.BUCKET), *(stream.bucket for stream in streams)]
    functions = stack.of(deployed.FUNCTION)
    return PipelineState(
        stack=stack.name,
        status=stack.status,
        changed=stack.changed,
        rules=tuple(_rules(stack)),
        functions=tuple(_functions(functions)),
        streams=streams,
        buckets=tuple(_buckets(dict.fromkeys(own))),
        topics=tuple(_topics(stack)),
        tables=tuple(_tables(stack)),
        ticks=ticks_of(
            attempt for name in functions for attempt in ATTEMPTS.of(_function_arn(name))
        ),
    )


def bucket_state(name: str, shown: int = OBJECTS_SHOWN) -> BucketState | None:
    """The bucket with its newest objects; None if it does not exist."""
    bucket = s3_stores[ACCOUNT][REGION].buckets.get(name)
    if bucket is None:
        return None
    objects = [found for found in bucket.objects.values() if isinstance(found, S3Object)]
    newest = nlargest(shown, objects, key=lambda found: (found.last_modified, found.key))
    return BucketState(
        name=name,
        objects=len(objects),
        size_bytes=sum(found.size or 0 for found in objects),
        newest=tuple(
            ObjectState(
                bucket=name,
                key=found.key,
                size_bytes=found.size or 0,
                modified=found.last_modified,
            )
            for found in newest
        ),
    )


def _rules(stack: DeployedStack) -> Iterator[RuleState]:
    events = clients().events
    for identifier in stack.of(deployed.RULE):
        found = _found(events, "describe_rule", Name=last_part(identifier))
        if found is not None:
            enabled = found["State"] == ON
            yield RuleState(
                name=found["Name"],
                targets=_targets(found["Name"]),
                schedule=found.get("ScheduleExpression", ""),
                enabled=enabled,
                next_fire=next_fire(found["Arn"]) if enabled else None,
            )


def _targets(rule: str) -> tuple[str, ...]:
    found = clients().events.list_targets_by_rule(Rule=rule)["Targets"]
    return tuple(target["Arn"] for target in found)


def _functions(names: Iterable[str]) -> Iterator[FunctionState]:
    awslambda = clients().lambda_
    for name in names:
        found = _found(awslambda, "get_function", FunctionName=name)
        if found is not None:
            arn = found["Configuration"]["FunctionArn"]
            last = ATTEMPTS.of(arn)[:1]
            yield FunctionState(
                name=name,
                arn=arn,
                reserved=found.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
                running=ATTEMPTS.running_now(arn),
                last=last[0] if last else None,
            )


def _function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def _streams(stack: DeployedStack, clock: Clock) -> Iterator[StreamState]:
    firehose = clients().firehose
    for name in stack.of(deployed.STREAM):
        found = _found(firehose, "describe_delivery_stream", DeliveryStreamName=name)
        identity = own_stream(name)
        stream = deliverer().find(identity)
        if found is None or stream is None:
            continue
        held, totals = deliverer().undelivered(identity), stream.totals
        oldest = min((batch.oldest for batch in held), default=None)
        yield StreamState(
            name=name,
            status=found["DeliveryStreamDescription"]["DeliveryStreamStatus"],
            bucket=stream.settings.bucket,
            buffered_records=sum(batch.count for batch in held),
            buffered_bytes=sum(batch.size_bytes for batch in held),
            oldest_seconds=(clock.now() - oldest).total_seconds() if oldest else None,
            objects_delivered=totals.objects_delivered,
            records_delivered=totals.records_delivered,
            records_lost=totals.records_lost,
            failed_attempts=max((batch.attempts for batch in held), default=0),
            last_error=totals.last_error,
        )


def _buckets(names: Iterable[str]) -> Iterator[BucketState]:
    for name in names:
        found = bucket_state(name)
        if found is not None:
            yield found


def _topics(stack: DeployedStack) -> Iterator[TopicState]:
    store = sns_stores[ACCOUNT][REGION]
    subscriptions: list[Any] = list(store.subscriptions.values())
    for arn in stack.of(deployed.TOPIC):
        yield TopicState(
            name=last_part(arn),
            arn=arn,
            subscriptions=tuple(
                SubscriptionState(
                    arn=entry["SubscriptionArn"],
                    protocol=entry["Protocol"],
                    endpoint=entry["Endpoint"],
                    confirmed=is_confirmed(entry),
                )
                for entry in subscriptions
                if entry["TopicArn"] == arn
            ),
        )


def _tables(stack: DeployedStack) -> Iterator[TableState]:
    dynamodb = clients().dynamodb
    for name in stack.of(deployed.TABLE):
        found = _found(dynamodb, "scan", TableName=name, Select="COUNT")
        if found is not None:
            yield TableState(name=name, items=found["Count"])


def _found(client: Any, operation: str, **parameters: object) -> Any:
    """The response; None if the service does not know the resource."""
    try:
        return getattr(client, operation)(**parameters)
    except client.exceptions.ResourceNotFoundException:
        return None
