"""What a deployment would do to a target, without doing any of it.

Change sets know packages by their keys alone, and neither AWS nor LocalStack looks for the objects
before it deploys: so nothing is uploaded to be planned.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, error_code
from wavetank.aws.observers import read_prices
from wavetank.aws.target import Target
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.lambda_package import Package
from wavetank.core.ticker import FIRST_PRICES
from wavetank.deployment.change_preview import Previews, StackChanges
from wavetank.deployment.deployer import DeploymentOptions, wanted_packages, wanted_stacks
from wavetank.templates.project_templates import parse_template

UNSEEN = frozenset(
    {
        "301",
        "403",
        "404",
        "AccessDenied",
        "AccessDeniedException",
        "NoSuchBucket",
        "NoSuchKey",
        "ResourceNotFoundException",
    }
)
"""What may not be looked at counts as missing: which right is missing, preflight says."""


@dataclass(frozen=True, kw_only=True)
class DeploymentPlan:
    """Everything that would change.

    `new_bucket` is the artifact bucket where it is still to be made; `uploads` are the packages
    that it does not hold; `items` the tickers whose first price would be put. `template` and
    `parameters` are the pipeline's, for whoever reckons its cost.
    """

    stacks: tuple[StackChanges, ...]
    new_bucket: str | None
    uploads: tuple[Package, ...]
    table: str
    items: tuple[str, ...]
    template: Mapping[str, Any]
    parameters: Mapping[str, str]

    @property
    def changes_anything(self) -> bool:
        """Whether deploying would do anything at all."""
        changed = any(stack.changes for stack in self.stacks)
        return changed or bool(self.new_bucket or self.uploads or self.items)

    @property
    def refused(self) -> bool:
        """Whether CloudFormation would not begin with one of the stacks."""
        return any(stack.refusal for stack in self.stacks)


def plan_deployment(
    target: Target, options: DeploymentOptions, project_folder: Path, clock: Clock
) -> DeploymentPlan:
    """Looks what a deployment with these options would do; nothing is changed.

    Raises:
        UsageError: a template, a handler folder or an address cannot be used.
        InfrastructureError: the target does not answer, or what was made for looking cannot be
            deleted.
        ConditionTimeoutError: CloudFormation does not come to an end.
    """
    try:
        return _planned(target, options, project_folder, clock)
    except BotoCoreError as error:
        action = "check the network, then run the same command again: it deletes what this one left"
        raise InfrastructureError(
            f"an answer of {target.description}", str(error), action
        ) from error


def _planned(
    target: Target, options: DeploymentOptions, project_folder: Path, clock: Clock
) -> DeploymentPlan:
    aws, names = target.aws, options.names
    packages = wanted_packages(options, project_folder)
    wanted = wanted_stacks(options, project_folder, packages)
    previews = Previews(aws.cloudformation, clock, target.pace_seconds)
    bucket = names.artifact_bucket
    there = _is_seen(lambda: aws.s3.head_bucket(Bucket=bucket))
    return DeploymentPlan(
        stacks=tuple(previews.changes(stack) for stack in wanted),
        new_bucket=None if there else bucket,
        uploads=tuple(p for p in packages.values() if not (there and _holds(aws, bucket, p))),
        table=names.table,
        items=_items(aws, options),
        template=parse_template(wanted[-1].template),
        parameters=wanted[-1].parameters,
    )


def _holds(aws: AwsClients, bucket: str, package: Package) -> bool:
    """Keys are hashes of the content, so the key is enough."""
    return _is_seen(lambda: aws.s3.head_object(Bucket=bucket, Key=package.key))


def _items(aws: AwsClients, options: DeploymentOptions) -> tuple[str, ...]:
    """The tickers whose first price would be put."""
    held: list[str] = []

    def look() -> None:
        held.extend(price.ticker for price in read_prices(aws, options.names.table))

    if not options.reset_prices:
        _is_seen(look)
    return tuple(first.ticker for first in FIRST_PRICES if first.ticker not in held)


def _is_seen(look: Callable[[], object]) -> bool:
    try:
        look()
    except ClientError as error:
        if error_code(error) in UNSEEN:
            return False
        raise
    return True
