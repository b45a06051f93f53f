"""`check` and `drill`: does the pipeline do what the brief asks, and does failure reach people."""

from dataclasses import asdict
from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, EndpointOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox, running_sandbox
from wavetank.drill import Drill, DrillResult
from wavetank.errors import ExitCode, UsageError
from wavetank.probes import mailbox
from wavetank.requirements import check_requirements
from wavetank.verdicts import exit_code

TargetOption = Annotated[
    str,
    typer.Option(
        "--target", metavar="TARGET", help="What is looked at: local, the running sandbox."
    ),
]


def check(
    *,
    target: TargetOption = "local",
    endpoint: EndpointOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Walk the brief's requirements one by one, with the evidence for each."""
    _only_local(target)
    code = judge(running_sandbox(endpoint), Output(as_json=as_json))
    raise typer.Exit(code)


def drill(
    *,
    target: TargetOption = "local",
    endpoint: EndpointOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - as above
) -> None:
    """Break the streaming function on purpose, wait for the alert, restore it."""
    _only_local(target)
    perform(running_sandbox(endpoint), Output(as_json=as_json))


def judge(running: RunningSandbox, output: Output) -> ExitCode:
    """Checks, shows, and tells the exit code."""
    with output.waiting("checking"):
        findings = list(check_requirements(running.target()))
    output.findings(findings)
    return exit_code(findings)


def perform(running: RunningSandbox, output: Output) -> DrillResult:
    """Drills and shows how long each step took."""
    exercise = Drill(
        running.aws,
        running.names,
        running.clock,
        alerts=lambda: mailbox(running.record.endpoint),
        say=output.say,
    )
    result = exercise.run(running.record.retry_base_delay_seconds)
    times = result.times
    output.say(f"alert to {result.alert.address} after {times.alerted:.1f} s")
    output.say(f"restored in {times.restored:.1f} s, a tick made {times.delivering:.1f} s later")
    output.emit("drill", seconds=asdict(times), alert=asdict(result.alert))
    return result


def _only_local(target: str) -> None:
    if target != "local":
        raise UsageError("--target local", repr(target), "start a sandbox with ./wavetank up")
