"""`check` and `drill`: does the pipeline do what the brief asks, and does failure reach people."""

from dataclasses import asdict
from typing import Annotated

import typer

from wavetank.cli.addresses import require_confirmed
from wavetank.cli.options import DebugOption, EndpointOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox, compose_sandbox, running_sandbox
from wavetank.cli.session import Stopped, stop_on_signal
from wavetank.drill.broken_handler import Drill, DrillResult
from wavetank.drill.machine import MachineDrill, MachineDrillResult
from wavetank.engines.machine import MachineFault, machine_fault
from wavetank.errors import ExitCode, UsageError
from wavetank.probes import alerts
from wavetank.requirements import check_requirements
from wavetank.verdicts import exit_code
from wavetank.words import counted

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
    fault: Annotated[
        MachineFault | None,
        typer.Option(
            "--fault",
            metavar="|".join(MachineFault),
            help="Break the machine under the sandbox instead of the function.",
        ),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option("--seconds", metavar="SECONDS", min=0, help="How long the fault lasts."),
    ] = 10.0,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - as above
) -> None:
    """Break the streaming function, or the machine, on purpose, and see it heal."""
    _only_local(target)
    running, output = running_sandbox(endpoint), Output(as_json=as_json)
    try:
        with stop_on_signal():
            if fault is None:
                perform(running, output)
            else:
                break_machine(running, fault, seconds, output)
    except Stopped:
        output.say("stopped; what was broken is restored")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def judge(running: RunningSandbox, output: Output) -> ExitCode:
    """Checks, shows, and tells the exit code."""
    with output.waiting("waiting for Firehose to deliver, at most a minute and a half"):
        running.wait_until_fresh()
    with output.waiting("checking"):
        findings = list(check_requirements(running.target()))
    output.findings(findings)
    return exit_code(findings)


def perform(running: RunningSandbox, output: Output) -> DrillResult:
    """Drills and shows how long each step took."""
    require_confirmed(running)
    exercise = Drill(
        running.aws,
        running.names,
        running.clock,
        alerts=lambda: alerts(running.record.endpoint),
        say=output.say,
    )
    result = exercise.run(running.record.retry_base_delay_seconds)
    times = result.times
    output.say(f"alert to {result.alert.address} after {times.alerted:.1f} s")
    output.say(f"restored in {times.restored:.1f} s, a tick made {times.delivering:.1f} s later")
    output.emit("drill", seconds=asdict(times), alert=asdict(result.alert))
    return result


def break_machine(
    running: RunningSandbox, fault: MachineFault, seconds: float, output: Output
) -> MachineDrillResult:
    """Breaks the machine and shows what was lost."""
    exercise = MachineDrill(
        running.aws, running.names, running.record.endpoint, running.clock, output.say
    )
    result = exercise.run(machine_fault(fault, running.record, compose_sandbox()), seconds)
    output.say(
        f"whole again {result.seconds_until_whole:.1f} s after the healing; lost: "
        f"{counted(result.objects_lost, 'object')}, {counted(result.messages_lost, 'message')}, "
        f"{counted(result.minutes_lost, 'minute')} of the walk"
    )
    output.emit("machine", fault=fault, **asdict(result))
    return result


def _only_local(target: str) -> None:
    if target != "local":
        raise UsageError("--target local", repr(target), "start a sandbox with ./wavetank up")
