"""Deploy the whole pipeline: artifact bucket, storage stack, pipeline stack, first prices.

Every step checks the state before it changes it and can be repeated, so an interrupted deployment
is completed by running it again, and a deployment without changes changes nothing. Stacks and
buckets of these names that are not Wavetank's are not changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.lambda_package import Package, package_folder
from wavetank.core.naming import Names
from wavetank.core.settings import SANDBOX_ACCOUNT
from wavetank.deployment.artifacts import ArtifactBucket
from wavetank.deployment.aws_errors import translate_aws_errors
from wavetank.deployment.cloudformation import ResourceEvent, Stacks
from wavetank.deployment.custom_handler import CustomHandler
from wavetank.deployment.ownership import TAG, check_ownership
from wavetank.templates.project_templates import read_pipeline_template, read_template
from wavetank.ticker.contract import FIRST_PRICES
from wavetank.ticker.first_prices import put_first_prices

FUNCTIONS = ("streaming", "notification")
ENTRY_POINT = "streaming.handler.lambda_handler"
"""Lambda's Handler setting of the shipped streaming function."""


@dataclass(frozen=True, kw_only=True)
class DeploymentOptions:
    """The user's choices for a deployment of the ticker pipeline.

    `addresses` receive the alerts; each must confirm first. `record_format` is `ndjson` or
    `original`. `since` is the minute before the first tick; None leaves that to the first tick that
    arrives. `handler` replaces the shipped streaming function; it chooses the format of its records
    itself.
    """

    names: Names
    addresses: tuple[str, ...] = ()
    schedule_enabled: bool = True
    record_format: str = "ndjson"
    reset_prices: bool = False
    since: datetime | None = None
    handler: CustomHandler | None = None


@dataclass(frozen=True)
class WantedStack:
    """The desired state of a stack: name, template, parameters and tags."""

    name: str
    template: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Deployment:
    """The result of a deployment: changed stacks, first prices that were put, packages.

    `stacks` are all stacks as they are after it.
    """

    changed_stacks: tuple[str, ...]
    items_seeded: int
    packages: Mapping[str, Package]
    stacks: tuple[WantedStack, ...]


class Deployer:
    """Deploys the ticker pipeline from the shipped templates to one target."""

    def __init__(
        self,
        aws: AwsClients,
        shipped_folder: Path,
        clock: Clock,
        pace_seconds: float,
        on_event: Callable[[ResourceEvent], None] = lambda _: None,
        account: str = SANDBOX_ACCOUNT,
    ) -> None:
        self._aws = aws
        self._shipped = shipped_folder
        self._clock = clock
        self._pace_seconds = pace_seconds
        self._on_event = on_event
        self._account = account

    def deploy(self, options: DeploymentOptions, known: Sequence[WantedStack] = ()) -> Deployment:
        """Updates the target to what the templates, the handlers and the options say.

        `known` are the stacks as the caller has deployed them last: one that is still wanted so is
        not compared again, and while the templates are the same no first prices are put.

        Raises:
            UsageError: a template, a handler folder or an address cannot be used, or a name is
                taken by a resource that is not Wavetank's.
            InfrastructureError: CloudFormation refused or failed.
            ConditionTimeoutError: a stack does not settle in time.
        """
        names = options.names
        packages = wanted_packages(options, self._shipped)
        wanted = wanted_stacks(options, self._shipped, packages)
        changing = [stack for stack in wanted if stack not in known]
        same_templates = {s.template for s in wanted} <= {s.template for s in known}
        with translate_aws_errors():
            bucket = self.artifacts(names)
            stacks = self.stacks(names)
            # All stacks are checked before the first change.
            for stack in changing:
                check_ownership(stacks.wait_until_settled(stack.name), names.bucket)
            bucket.prepare()
            bucket.upload_missing(packages.values())
            changed = tuple(stack.name for stack in changing if _is_changed(stacks, stack))
            # The table is created with the rule, so a tick may fire before all prices are there. If
            # it finds none it fails, and Lambda retries it; if it finds some it moves only those.
            # With `since` the other items start at the same minute, so the next tick makes up for
            # them: no record is missing.
            seeded = 0 if same_templates else self._put_first_prices(options)
        return Deployment(changed, seeded, packages, wanted)

    def _put_first_prices(self, options: DeploymentOptions) -> int:
        return put_first_prices(
            self._aws.dynamodb,
            options.names.table,
            FIRST_PRICES,
            options.since,
            reset=options.reset_prices,
        )

    def artifacts(self, names: Names) -> ArtifactBucket:
        """The artifact bucket of the pipeline with these names."""
        return ArtifactBucket(self._aws.s3, names.artifact_bucket, self._account, names.stem)

    def stacks(self, names: Names) -> Stacks:
        """The target's stacks; long templates are published in that pipeline's artifact bucket."""
        return Stacks(
            self._aws.cloudformation,
            self._clock,
            self._pace_seconds,
            self._on_event,
            publish=self.artifacts(names).publish,
        )


def _is_changed(stacks: Stacks, wanted: WantedStack) -> bool:
    """Applies the stack and enables its termination protection; returns whether it changed."""
    state = stacks.apply(wanted.name, wanted.template, wanted.parameters, wanted.tags)
    stacks.protect(wanted.name)
    return state.changed


def wanted_packages(options: DeploymentOptions, shipped_folder: Path) -> dict[str, Package]:
    """The functions' code, by function.

    Raises:
        UsageError: a handler folder cannot be packaged.
    """
    packages = {name: package_folder(shipped_folder / "lambdas" / name) for name in FUNCTIONS}
    if options.handler is not None:
        packages["streaming"] = options.handler.package
    return packages


def wanted_stacks(
    options: DeploymentOptions, shipped_folder: Path, packages: Mapping[str, Package]
) -> tuple[WantedStack, WantedStack]:
    """Storage and pipeline stack, in the order in which they are created.

    Raises:
        UsageError: a template or an address cannot be used.
    """
    names, init, tags = options.names, shipped_folder / "init", {TAG: options.names.stem}
    storage = read_template(init / "storage.yaml")
    pipeline = read_pipeline_template(init / "pipeline.yaml", options.addresses)
    return (
        WantedStack(names.storage_stack, storage, {"DeliveryBucketName": names.bucket}, tags),
        WantedStack(names.pipeline_stack, pipeline, _parameters(options, packages), tags),
    )


def _parameters(options: DeploymentOptions, packages: Mapping[str, Package]) -> dict[str, str]:
    names = options.names
    return {
        "Stem": names.stem,
        "FullName": names.full_name,
        "DeliveryBucketName": names.bucket,
        "DeliveryStreamName": names.delivery_stream,
        "ArtifactBucketName": names.artifact_bucket,
        "StreamingCodeKey": packages["streaming"].key,
        "NotificationCodeKey": packages["notification"].key,
        "ScheduleState": "ENABLED" if options.schedule_enabled else "DISABLED",
        "RecordFormat": options.record_format,
        "StreamingHandler": options.handler.entry_point if options.handler else ENTRY_POINT,
        "CustomHandler": "yes" if options.handler else "no",
    }
