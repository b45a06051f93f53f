"""The deployment options of a command line, completed by what is deployed on the target."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wavetank.aws.target import Target, TargetKind
from wavetank.core.errors import UsageError
from wavetank.core.naming import DEFAULT_ADDRESS, StreamNameCase, derive_names, person_of
from wavetank.deployment.custom_handler import CustomHandler, read_custom_handler
from wavetank.deployment.deployed import DeployedPipeline, deployed_pipelines, find_pipeline
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.templates.project_templates import check_address


@dataclass(frozen=True, kw_only=True)
class DeploymentChoice:
    """The options of `plan` and `deploy`; None leaves a value unchanged.

    `handler` is a custom script; `shipped_handler` replaces a custom script that is deployed by the
    handler of this project.
    """

    name: str | None
    surname: str | None
    prefix: str
    stream_name_case: StreamNameCase
    addresses: tuple[str, ...]
    record_format: str | None
    schedule_enabled: bool
    handler: Path | None
    shipped_handler: bool
    reset_prices: bool

    def options(self, target: Target, since: datetime | None = None) -> DeploymentOptions:
        """The options of the deployment; `since` is the minute before the first tick.

        Raises:
            UsageError: the choice is contradictory, matches no single pipeline, has an invalid
                address, or the script cannot be deployed under the pipeline's names.
        """
        pipeline = self._pipeline(target)
        return DeploymentOptions(
            names=pipeline.names,
            addresses=self._addresses(target, pipeline),
            schedule_enabled=self.schedule_enabled,
            record_format=self.record_format or pipeline.record_format,
            handler=self._handler(target, pipeline),
            reset_prices=self.reset_prices,
            since=since,
        )

    def _pipeline(self, target: Target) -> DeployedPipeline:
        """The pipeline by name; on AWS a name is required, since an account may have many."""
        if self.name is not None:
            return self._named(target, self.name)
        if target.kind is TargetKind.AWS:
            raise UsageError("--name with --target aws", "none", "give the pipeline's --name")
        return find_pipeline(target.aws)

    def _named(self, target: Target, name: str) -> DeployedPipeline:
        """The pipeline of that name, deployed or not, with the handler that is deployed in it."""
        names = derive_names(
            *person_of(name, self.surname),
            prefix=self.prefix,
            stream_name_case=self.stream_name_case,
        )
        same = [
            pipeline
            for pipeline in deployed_pipelines(target.aws)
            if pipeline.names.pipeline_stack == names.pipeline_stack
        ]
        return DeployedPipeline(
            names=names,
            addresses=(DEFAULT_ADDRESS,),
            record_format="ndjson",
            schedule_enabled=True,
            handler=same[0].handler if same else None,
        )

    def _addresses(self, target: Target, pipeline: DeployedPipeline) -> tuple[str, ...]:
        """The given or deployed addresses; on AWS never the sandbox's default, so maybe none."""
        addresses = self.addresses or pipeline.addresses
        if not self.addresses and target.kind is TargetKind.AWS:
            stack = pipeline.names.pipeline_stack
            found = [p for p in deployed_pipelines(target.aws) if p.names.pipeline_stack == stack]
            addresses = tuple(address for same in found for address in same.addresses)
        return tuple(check_address(address) for address in addresses)

    def _handler(self, target: Target, pipeline: DeployedPipeline) -> CustomHandler | None:
        """The custom script that is given or deployed; None for the handler of this project."""
        if self.handler is not None and self.shipped_handler:
            raise UsageError("--handler or --shipped-handler", "both", "leave one out")
        if self.handler is not None:
            return read_custom_handler(self.handler, pipeline.names)
        if pipeline.handler is None or self.shipped_handler:
            return None
        return pipeline.handler.read(target.aws, pipeline.names)
