"""Plan a deployment: everything that it would change on a target; nothing is changed.

Change sets refer to packages by key only, and neither AWS nor LocalStack looks for the objects
before it deploys, so a plan uploads nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, error_code
from wavetank.aws.target import Target
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.lambda_package import Package
from wavetank.deployment.change_preview import ChangePreviewer, StackChanges
from wavetank.deployment.deployer import DeploymentOptions, wanted_packages, wanted_stacks
from wavetank.templates.project_templates import parse_template
from wavetank.ticker.contract import FIRST_PRICES
from wavetank.ticker.observers import read_prices

UNREADABLE = frozenset(
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
"""What cannot be read counts as missing; preflight reports the missing permission."""


@dataclass(frozen=True, kw_only=True)
class DeploymentPlan:
    """Everything that a deployment of the ticker pipeline would change.

    `new_bucket` is the artifact bucket if it has to be created; `uploads` are the packages that it
    lacks; `items` the tickers whose first price would be put. `template` and `parameters` are the
    pipeline's, for the cost estimate.
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
        """Whether deploying would change anything at all."""
        changed = any(stack.changes for stack in self.stacks)
        return changed or bool(self.new_bucket or self.uploads or self.items)

    @property
    def refused(self) -> bool:
        """Whether CloudFormation refuses the change of one of the stacks."""
        return any(stack.refusal for stack in self.stacks)


def plan_deployment(
    target: Target, options: DeploymentOptions, shipped_folder: Path, clock: Clock
) -> DeploymentPlan:
    """Plans a deployment with these options; nothing is changed.

    Raises:
        UsageError: a template, a handler folder or an address cannot be used.
        InfrastructureError: the target does not answer, or a change set of the preview cannot be
            deleted.
        ConditionTimeoutError: CloudFormation does not complete a change set in time.
    """
    try:
        return _planned(target, options, shipped_folder, clock)
    except BotoCoreError as error:
        action = "check the network, then run the same command again: it removes the change sets"
        raise InfrastructureError(
            f"an answer of {target.description}", str(error), action
        ) from error


def _planned(
    target: Target, options: DeploymentOptions, shipped_folder: Path, clock: Clock
) -> DeploymentPlan:
    aws, names = target.aws, options.names
    packages = wanted_packages(options, shipped_folder)
    wanted = wanted_stacks(options, shipped_folder, packages)
    previews = ChangePreviewer(aws.cloudformation, clock, target.pace_seconds)
    bucket = names.artifact_bucket
    exists = _exists(lambda: aws.s3.head_bucket(Bucket=bucket))
    return DeploymentPlan(
        stacks=tuple(previews.changes(stack) for stack in wanted),
        new_bucket=None if exists else bucket,
        uploads=tuple(p for p in packages.values() if not (exists and _contains(aws, bucket, p))),
        table=names.table,
        items=_items(aws, options),
        template=parse_template(wanted[-1].template),
        parameters=wanted[-1].parameters,
    )


def _contains(aws: AwsClients, bucket: str, package: Package) -> bool:
    """Keys are hashes of the content, so the key is enough."""
    return _exists(lambda: aws.s3.head_object(Bucket=bucket, Key=package.key))


def _items(aws: AwsClients, options: DeploymentOptions) -> tuple[str, ...]:
    """The tickers whose first price would be put."""
    existing: list[str] = []

    def look() -> None:
        existing.extend(price.ticker for price in read_prices(aws, options.names.table))

    if not options.reset_prices:
        _exists(look)
    return tuple(first.ticker for first in FIRST_PRICES if first.ticker not in existing)


def _exists(look: Callable[[], object]) -> bool:
    try:
        look()
    except ClientError as error:
        if error_code(error) in UNREADABLE:
            return False
        raise
    return True
