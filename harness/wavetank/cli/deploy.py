"""`deploy`: the templates and handlers of this folder onto the running sandbox."""

from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, FormatOption, JsonOption, ResetOption
from wavetank.cli.output import Output
from wavetank.cli.running import running_sandbox
from wavetank.stack.deployment import DeploymentOptions


def deploy(
    *,
    record_format: FormatOption = "ndjson",
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Whether the rule fires.")
    ] = True,
    reset_prices: ResetOption = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Deploy the handlers and templates again, onto the sandbox that is running."""
    output = Output(as_json=as_json)
    running = running_sandbox()
    options = DeploymentOptions(
        names=running.names,
        addresses=running.addresses,
        schedule_enabled=schedule,
        record_format=record_format,
        reset_prices=reset_prices,
    )
    with output.waiting("deploying"):
        done = running.deployer().deploy(options)
    changed = ", ".join(done.changed_stacks) or "nothing"
    output.say(f"changed: {changed}; prices: {'reset' if reset_prices else 'kept'}")
    output.emit("deployed", changed=done.changed_stacks, prices_reset=reset_prices)
