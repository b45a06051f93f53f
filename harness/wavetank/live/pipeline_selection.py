"""Selects the pipeline in a sandbox that a command is about."""

from collections.abc import Iterator

from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.configuration.project import project_configuration
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.deployment.deployed import (
    DeployedPipeline,
    deployed_pipelines,
    find_pipeline,
    has_name,
)
from wavetank.deployment.stack_waiter import find_stack
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.inspection.stack_resources import root_stacks
from wavetank.live.running_sandbox import attach
from wavetank.live.sandbox_pipeline import SandboxPipeline
from wavetank.live.sandbox_records import running_record
from wavetank.live.stack_sandbox import StackSandbox


def selected_pipeline(endpoint: str | None = None, name: str | None = None) -> SandboxPipeline:
    """The pipeline in the sandbox at the endpoint, or in the one that runs from this project.

    Raises:
        UsageError: no sandbox runs, or it has no such pipeline, or several.
        InfrastructureError: no sandbox answers at the endpoint.
    """
    return pipeline_in(running_record(endpoint), name)


def pipeline_in(record: SandboxRecord, name: str | None = None) -> SandboxPipeline:
    """The pipeline of that name: a stack's, or a person's or stem of the ticker.

    Without a name: the project's that `wavetank.toml` names, else the only one of the ticker, else
    the only stack.

    Raises:
        UsageError: there is no such pipeline, or several.
    """
    aws = sandbox_clients(record.endpoint)
    configuration = project_configuration() if name is None else None
    if configuration is not None:
        return _stack(record, aws, configuration.name)
    tickers = list(deployed_pipelines(aws))
    others = other_stacks(aws, tickers)
    if name is not None and (stack := _matching(name, others)) is not None:
        return _stack(record, aws, stack)
    matching = [each for each in tickers if name is None or has_name(each, name)]
    if len(matching) == 1:
        return _ticker(record, matching[0], alone=len(tickers) == 1)
    if name is None and not tickers and len(others) == 1:
        return _stack(record, aws, others[0])
    if not others:
        return _ticker(record, find_pipeline(aws, name), alone=False)  # with its error
    stems = [f"{each.names.stem} of {each.names.full_name}" for each in tickers]
    expected = "one pipeline" if name is None else f"a pipeline of {name}"
    raise UsageError(expected, ", ".join([*stems, *others]), "choose one with --name")


def other_stacks(aws: AwsClients, tickers: list[DeployedPipeline]) -> list[str]:
    """The stacks that are no part of a pipeline of the ticker."""
    return [name for name in root_stacks(aws) if name not in set(_stacks_of(tickers))]


def _stacks_of(tickers: list[DeployedPipeline]) -> Iterator[str]:
    for each in tickers:
        yield from (each.names.storage_stack, each.names.pipeline_stack)


def _matching(name: str, stacks: list[str]) -> str | None:
    return next((each for each in stacks if each.casefold() == name.casefold()), None)


def _stack(record: SandboxRecord, aws: AwsClients, name: str) -> StackSandbox:
    if find_stack(aws.cloudformation, name) is None:
        found = ", ".join(root_stacks(aws)) or "none"
        action = "deploy it with ./wavetank deploy, or choose another with --name"
        raise UsageError(f"the stack {name} in the sandbox", found, action)
    return StackSandbox(record, name, aws, WallClock())


def _ticker(record: SandboxRecord, found: DeployedPipeline, *, alone: bool) -> SandboxPipeline:
    return attach(
        record,
        found.names,
        found.addresses,
        custom_handler=found.handler is not None,
        alone=alone,
    )
