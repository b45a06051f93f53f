"""`check` and `drill`: does the pipeline do what the brief asks, and does failure reach people."""

from dataclasses import asdict
from typing import Annotated

import typer

from wavetank.cli.judging import judge, perform
from wavetank.cli.options import (
    DEFAULT_NAME,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
    DebugOption,
    EndpointOption,
    HandlerOption,
    JsonOption,
    PrefixOption,
    StreamCaseOption,
    SurnameOption,
    person_of,
)
from wavetank.cli.output import Output
from wavetank.cli.own import judge_own, plan_check
from wavetank.cli.running import RunningSandbox, compose_sandbox, running_sandbox
from wavetank.cli.session import Stopped, stop_on_signal
from wavetank.drill.machine import MachineDrill, MachineDrillResult
from wavetank.engines.machine import MachineFault, machine_fault
from wavetank.errors import ExitCode, UsageError
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
    handler: HandlerOption = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="With --handler: whose names the script has, as 'First Surname'.",
        ),
    ] = None,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_NAME_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Walk the brief's requirements one by one, with the evidence for each.

    With --handler in a sandbox of its own, which is gone afterwards; one that runs is left alone.
    """
    _only_local(target)
    output = Output(as_json=as_json)
    if handler is None:
        _no_names(name, surname)
        raise typer.Exit(judge(running_sandbox(endpoint), output))
    if endpoint is not None:
        raise UsageError(
            "--handler or --endpoint",
            "both",
            "leave --endpoint out: a script is checked in a sandbox of its own",
        )
    person = person_of(name or DEFAULT_NAME, surname)
    raise typer.Exit(judge_own(plan_check(handler, person, prefix, stream_name_case), output))


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


def _no_names(name: str | None, surname: str | None) -> None:
    if name is not None or surname is not None:
        raise UsageError(
            "--handler FILE.py beside --name",
            "none",
            "leave the name out: a running sandbox knows whose it is",
        )


def _only_local(target: str) -> None:
    if target != "local":
        raise UsageError("--target local", repr(target), "start a sandbox with ./wavetank up")
