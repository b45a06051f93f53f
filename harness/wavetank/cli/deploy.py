"""`deploy`: the templates and handlers of this folder onto a sandbox."""

from pathlib import Path
from typing import Annotated

import typer

from wavetank.cli.addresses import show_unconfirmed
from wavetank.cli.options import (
    DEFAULT_ADDRESS,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
    DebugOption,
    EmailOption,
    EndpointOption,
    HandlerOption,
    JsonOption,
    PrefixOption,
    ResetOption,
    StreamCaseOption,
    SurnameOption,
    person_of,
)
from wavetank.cli.output import Output
from wavetank.cli.running import attach, running_record
from wavetank.clients import AwsClients, sandbox_clients
from wavetank.clock import WallClock, minute_before
from wavetank.errors import UsageError
from wavetank.naming import StreamNameCase, derive_names
from wavetank.stack.deployed import DeployedPipeline, deployed_pipelines, the_pipeline
from wavetank.stack.deployment import DeploymentOptions
from wavetank.stack.own_handler import OwnHandler, read_own_handler
from wavetank.stack.template import check_address


def deploy(
    *,
    endpoint: EndpointOption = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Whose pipeline, as 'First Surname'. Default: the one that is deployed already.",
        ),
    ] = None,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_NAME_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    email: EmailOption = None,
    record_format: Annotated[
        str | None,
        typer.Option(
            "--record-format", metavar="ndjson|original", help="Default: as it is deployed."
        ),
    ] = None,
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Whether the rule fires.")
    ] = True,
    handler: HandlerOption = None,
    shipped_handler: Annotated[
        bool,
        typer.Option(
            "--shipped-handler",
            help="Put this project's own handler back. Default: the one that is deployed stays.",
        ),
    ] = False,
    reset_prices: ResetOption = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Deploy the handlers and templates again, onto the sandbox that is running."""
    output = Output(as_json=as_json)
    record = running_record(endpoint)
    aws = sandbox_clients(record.endpoint)
    if name is None:
        pipeline = the_pipeline(aws)
    else:
        pipeline = pipeline_of(aws, name, surname, prefix, stream_name_case)
    own = own_handler_of(aws, pipeline, handler, shipped=shipped_handler)
    addresses = tuple(check_address(address) for address in email or pipeline.addresses)
    options = DeploymentOptions(
        names=pipeline.names,
        addresses=addresses,
        schedule_enabled=schedule,
        record_format=record_format or pipeline.record_format,
        handler=own,
        reset_prices=reset_prices,
        since=minute_before(WallClock().now()),
    )
    with output.waiting("deploying"):
        sandbox = attach(record, pipeline.names, addresses, own_handler=own is not None)
        done = sandbox.deployer().deploy(options)
    changed = ", ".join(done.changed_stacks) or "nothing"
    prices = "reset" if reset_prices else "kept"
    output.say(f"changed: {changed}; prices: {prices}; handler: {_shown(own, handler)}")
    show_unconfirmed(sandbox, output)
    output.emit("deployed", changed=done.changed_stacks, prices_reset=reset_prices)


def pipeline_of(
    aws: AwsClients, name: str, surname: str | None, prefix: str, case: StreamNameCase
) -> DeployedPipeline:
    """The one that the options name, with the handler that is deployed in it."""
    first_name, last_name = person_of(name, surname)
    names = derive_names(first_name, last_name, prefix=prefix, stream_name_case=case)
    same = [p for p in deployed_pipelines(aws) if p.names.pipeline_stack == names.pipeline_stack]
    return DeployedPipeline(
        names=names,
        addresses=(DEFAULT_ADDRESS,),
        record_format="ndjson",
        schedule_enabled=True,
        handler=same[0].handler if same else None,
    )


def own_handler_of(
    aws: AwsClients, pipeline: DeployedPipeline, path: Path | None, *, shipped: bool
) -> OwnHandler | None:
    """The given one, or the one that is deployed; None where this project's is to run.

    Raises:
        UsageError: both are asked for, or the script cannot be deployed under these names.
    """
    if path is not None and shipped:
        raise UsageError("--handler or --shipped-handler", "both", "leave one out")
    if path is not None:
        return read_own_handler(path, pipeline.names)
    if pipeline.handler is None or shipped:
        return None
    return pipeline.handler.read(aws, pipeline.names)


def _shown(own: OwnHandler | None, given: Path | None) -> str:
    if own is None:
        return "this project's"
    return str(given) if given else "the script that was deployed before"
