"""`logs` and `invoke`: the functions of a pipeline in a sandbox."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from wavetank.aws.invoker import invoke_function
from wavetank.cli.options import (
    DebugOption,
    EndpointOption,
    FunctionOption,
    JsonOption,
    PipelineNameOption,
)
from wavetank.cli.output import Output
from wavetank.cli.revert_offer import offer_host, offer_running
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.live.pipeline_selection import pipeline_in
from wavetank.live.sandbox_log import sandbox_log
from wavetank.live.sandbox_records import running_record

FOLLOW_SECONDS = 1.0
STANDARD_INPUT = "-"


def logs(
    *,
    function: FunctionOption = None,
    name: PipelineNameOption = None,
    lines: Annotated[
        int, typer.Option("--lines", "-n", metavar="N", min=1, help="How many of the last lines.")
    ] = 50,
    follow_log: Annotated[
        bool, typer.Option("--follow", "-f", help="Print new lines until Ctrl-C.")
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show the log of the running sandbox: LocalStack's, or with --function a function's."""
    output = Output(as_json=as_json)
    record = running_record(None)
    if function is not None:
        function = pipeline_in(record, name).stacks().function(function)
    log = sandbox_log(record, function)
    _show_log(log.new_lines()[-lines:], output)
    while follow_log:
        WallClock().sleep(FOLLOW_SECONDS)
        _show_log(log.new_lines(), output)


def invoke(
    function: Annotated[
        str | None,
        typer.Argument(
            metavar="FUNCTION",
            help="A function, by its logical id in the template or its deployed name, with "
            ":ALIAS or :VERSION. Default: the target of the pipeline's only schedule.",
        ),
    ] = None,
    *,
    event: Annotated[
        str | None,
        typer.Option(
            "--event",
            metavar="FILE|JSON",
            help="With FUNCTION: the event as JSON, a file with it, or - for standard input. "
            "Default: {}.",
        ),
    ] = None,
    name: PipelineNameOption = None,
    endpoint: EndpointOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - as above
) -> None:
    """Invoke a function and wait for its result.

    Default: the target of the pipeline's only schedule, with the schedule's event.
    """
    if function is None and event is not None:
        raise UsageError("FUNCTION with --event", "none", "name a deployed function")
    output, text = Output(as_json=as_json), event_text(event)
    record = running_record(endpoint)
    offer_host(record, output)
    pipeline = pipeline_in(record, name)
    offer_running(pipeline, output)
    if function is None:
        pipeline.fire(output)
        return
    named, colon, qualifier = function.partition(":")
    deployed = f"{pipeline.stacks().function(named)}{colon}{qualifier}"
    with output.waiting(f"invoking {function}"):
        result = invoke_function(pipeline.aws, deployed, text)
    output.say(json.dumps(result))
    output.emit("invoked", function=deployed, result=result)


def event_text(given: str | None) -> str:
    """The event in JSON: the text itself, or the content of a file or of standard input.

    Raises:
        UsageError: it is neither JSON nor a file that can be read.
    """
    if given is None:
        return "{}"
    if given == STANDARD_INPUT:
        return sys.stdin.read()
    if _is_json(given):
        return given
    try:
        return Path(given).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        expected = "an event in JSON, the path of a file with one, or -"
        raise UsageError(expected, given, "correct --event") from error


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _show_log(lines: Iterable[str], output: Output) -> None:
    for line in lines:
        output.say(line)
        output.emit("log", line=line)
