"""Check quotas: numbers of resources, and concurrent executions of functions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.target import TargetKind
from wavetank.deployment.preflight.outcome import (
    Check,
    CheckOutcome,
    PreflightContext,
    invalid,
    valid,
)

CONCURRENCY_NEEDED = 5
"""Executions at once: a tick, retries of the two minutes before it, one in reserve, an alert."""
UNRESERVED_MIN = 100
"""Lambda keeps this many for functions without a reservation: a new account, whose limit is 10, can
reserve only 0. [Lambda developer guide, configuration-concurrency]"""
NOT_IN_REGION = "NoSuchResourceException"
"""Service Quotas has some quotas of all regions, such as S3's, in one region only."""


@dataclass(frozen=True)
class Quota:
    """An AWS quota: its documented default, and how much of it the pipeline needs."""

    what: str
    service: str
    code: str
    default: int
    needed: int
    count: Callable[[AwsClients], int]


def concurrency(context: PreflightContext) -> CheckOutcome:
    """Concurrency suffices for a tick a minute with its retries; a drill reserves none of it."""
    limit = context.target.aws.awslambda.get_account_settings()["AccountLimit"]
    whole, free = limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
    if free < CONCURRENCY_NEEDED:
        return invalid(
            f"{free} unreserved of {whole}, needed {CONCURRENCY_NEEDED}",
            "reduce another function's reserved concurrency, or request more: "
            "aws service-quotas request-service-quota-increase --service-code lambda "
            "--quota-code L-B99A9384 --desired-value 100",
        )
    new = "; a new account's limit, so only 0 can be reserved, as the drill does"
    return valid(f"{free} unreserved of {whole}{new if whole <= UNRESERVED_MIN else ''}")


def quota_check(quota: Quota) -> Check:
    """Whether the resources of a new pipeline fit; one that is deployed already needs no more."""

    def check(context: PreflightContext) -> CheckOutcome:
        if context.target.kind is TargetKind.LOCAL:
            return valid("a sandbox has no quotas")
        aws = context.target.aws
        limit, source = _limit(aws, quota)
        used = quota.count(aws)
        evidence = f"{used} of {limit}{source}"
        if used + quota.needed <= limit:
            return valid(evidence)
        return invalid(
            f"{evidence}; a new pipeline takes {quota.needed}",
            f"delete what is not used, or request more: aws service-quotas "
            f"request-service-quota-increase --service-code {quota.service} "
            f"--quota-code {quota.code} --desired-value {limit + quota.needed}",
        )

    return check


def _limit(aws: AwsClients, quota: Quota) -> tuple[int, str]:
    try:
        answer = aws.service_quotas.get_service_quota(
            ServiceCode=quota.service, QuotaCode=quota.code
        )
    except ClientError as error:
        if error_code(error) != NOT_IN_REGION:
            raise
        return (
            quota.default,
            ", AWS's default: this account's is not available in this region",
        )
    return int(answer["Quota"]["Value"]), ""


def _buckets(aws: AwsClients) -> int:
    pages = aws.s3.get_paginator("list_buckets").paginate()
    return sum(len(page.get("Buckets", [])) for page in pages)


def _tables(aws: AwsClients) -> int:
    pages = aws.dynamodb.get_paginator("list_tables").paginate()
    return sum(len(page["TableNames"]) for page in pages)


def _streams(aws: AwsClients) -> int:
    return sum(1 for _ in _stream_names(aws))


def _stream_names(aws: AwsClients) -> Iterator[str]:
    answer = aws.firehose.list_delivery_streams()
    yield from answer["DeliveryStreamNames"]
    while answer["HasMoreDeliveryStreams"] and answer["DeliveryStreamNames"]:
        last = answer["DeliveryStreamNames"][-1]
        answer = aws.firehose.list_delivery_streams(ExclusiveStartDeliveryStreamName=last)
        yield from answer["DeliveryStreamNames"]


def _stacks(aws: AwsClients) -> int:
    pages = aws.cloudformation.get_paginator("describe_stacks").paginate()
    return sum(len(page["Stacks"]) for page in pages)


QUOTAS = (
    Quota("buckets", "s3", "L-DC2B2D3D", 10_000, 2, _buckets),
    Quota("tables", "dynamodb", "L-F98FE922", 2_500, 1, _tables),
    Quota("delivery streams", "firehose", "L-14BB0BE7", 5_000, 1, _streams),
    Quota("stacks", "cloudformation", "L-0485CB21", 2_000, 2, _stacks),
)
"""[AWS general reference; CloudFormation user guide, cloudformation-limits]"""
