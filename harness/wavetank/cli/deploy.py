"""`deploy`: the templates and handlers of this folder onto a sandbox."""

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
    JsonOption,
    PrefixOption,
    ResetOption,
    StreamCaseOption,
    SurnameOption,
    person_of,
)
from wavetank.cli.output import Output
from wavetank.cli.running import attach, running_record
from wavetank.clients import sandbox_clients
from wavetank.clock import WallClock, minute_before
from wavetank.naming import StreamNameCase, derive_names
from wavetank.stack.deployed import DeployedPipeline, the_pipeline
from wavetank.stack.deployment import DeploymentOptions
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
    reset_prices: ResetOption = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Deploy the handlers and templates again, onto the sandbox that is running."""
    output = Output(as_json=as_json)
    record = running_record(endpoint)
    if name is None:
        pipeline = the_pipeline(sandbox_clients(record.endpoint))
    else:
        pipeline = _pipeline_of(name, surname, prefix, stream_name_case)
    addresses = tuple(check_address(address) for address in email or pipeline.addresses)
    options = DeploymentOptions(
        names=pipeline.names,
        addresses=addresses,
        schedule_enabled=schedule,
        record_format=record_format or pipeline.record_format,
        reset_prices=reset_prices,
        since=minute_before(WallClock().now()),
    )
    with output.waiting("deploying"):
        sandbox = attach(record, pipeline.names, addresses)
        done = sandbox.deployer().deploy(options)
    changed = ", ".join(done.changed_stacks) or "nothing"
    output.say(f"changed: {changed}; prices: {'reset' if reset_prices else 'kept'}")
    show_unconfirmed(sandbox, output)
    output.emit("deployed", changed=done.changed_stacks, prices_reset=reset_prices)


def _pipeline_of(
    name: str, surname: str | None, prefix: str, case: StreamNameCase
) -> DeployedPipeline:
    first_name, last_name = person_of(name, surname)
    return DeployedPipeline(
        names=derive_names(first_name, last_name, prefix=prefix, stream_name_case=case),
        addresses=(DEFAULT_ADDRESS,),
        record_format="ndjson",
        schedule_enabled=True,
    )
