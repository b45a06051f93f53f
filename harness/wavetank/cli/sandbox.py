"""`up`, `down`, `status`, `logs`, `invoke`: a sandbox and its pipeline."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Annotated

import typer

from wavetank.aws.invoker import StreamingInvoker, invoke_function
from wavetank.aws.sandbox_api import SandboxControls, pages_address
from wavetank.cli.options import (
    AccessOption,
    ConfirmOption,
    DebugOption,
    DelayOption,
    DeployedNameOption,
    EmailOption,
    EndpointOption,
    FormatOption,
    HandlerOption,
    JsonOption,
    NameOption,
    PrefixOption,
    StreamCaseOption,
    SurnameOption,
)
from wavetank.cli.output import Output
from wavetank.cli.output.live_view import follow
from wavetank.cli.revert_offer import offer_host, offer_running
from wavetank.core.clock import WallClock, floor_to_minute, rfc3339
from wavetank.core.errors import UsageError
from wavetank.core.naming import (
    DEFAULT_ADDRESS,
    DEFAULT_NAME,
    DEFAULT_PREFIX,
    DEFAULT_STREAM_CASE,
    person_of,
)
from wavetank.core.settings import read_settings
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.core.text import pluralize
from wavetank.deployment.custom_handler import read_custom_handler
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import Engine
from wavetank.live.background_sandbox import start_in_background
from wavetank.live.change_targets import journal_of_sandbox
from wavetank.live.confirmed_addresses import show_unconfirmed
from wavetank.live.running_sandbox import (
    RunningSandbox,
    attach_to_deployed,
    compose_sandbox,
    running_record,
    running_sandbox,
    sandbox_record,
)
from wavetank.live.sandbox_log import sandbox_log
from wavetank.live.sandbox_session import SandboxPlan, open_session
from wavetank.templates.project_templates import check_address

DETACH_OPTIONS = frozenset({"--detach", "-d"})
FOLLOW_SECONDS = 1.0

EngineOption = Annotated[
    Engine,
    typer.Option(
        "--engine",
        metavar="embedded|docker",
        help="embedded needs no Docker; docker uses docker-compose.yml.",
    ),
]


def up(
    *,
    engine: EngineOption = Engine.EMBEDDED,
    name: NameOption = DEFAULT_NAME,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    email: EmailOption = None,
    confirm_emails: ConfirmOption = False,
    enforce_access: AccessOption = True,
    record_format: FormatOption = "ndjson",
    handler: HandlerOption = None,
    retry_base_delay: DelayOption = 60,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", help="Default: 4566 if it is free, else any port."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Delete the data of the last sandbox and start empty.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Run in the background; stop it with down.")
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Start a sandbox with the pipeline, which ticks every 60 s; runs until Ctrl-C."""
    output = Output(as_json=as_json)
    first_name, last_name = person_of(name, surname)
    plan = SandboxPlan(
        first_name=first_name,
        surname=last_name,
        prefix=prefix,
        stream_name_case=stream_name_case,
        addresses=tuple(check_address(address) for address in email or [DEFAULT_ADDRESS]),
        record_format=record_format,
        retry_base_delay_seconds=retry_base_delay,
        port=port,
        fresh=fresh,
        confirm_emails=confirm_emails,
        enforce_access=enforce_access,
    )
    if handler is not None:
        plan = replace(plan, handler=read_custom_handler(handler, plan.names))
    folder = SandboxFolder(read_settings().state_folder)
    if detach and engine is Engine.EMBEDDED:
        arguments = [argument for argument in sys.argv[1:] if argument not in DETACH_OPTIONS]
        with output.waiting("starting in the background"):
            record = start_in_background(folder, arguments)
        output.emit("ready", endpoint=record.endpoint)
        _show_ready(attach_to_deployed(record), output)
        return
    try:
        with (
            stop_on_signal(),
            open_session(engine, plan, folder, output, leave=detach) as session,
        ):
            offer_running(session.sandbox, output)
            sandbox = session.sandbox
            if detach:
                _show_ready(sandbox, output)
            else:
                journal = journal_of_sandbox(sandbox.record, sandbox.names.stem)
                follow(session, output, journal.changes)
    except Stopped:
        output.say("stopped")
        output.emit("stopped")


def _show_ready(sandbox: RunningSandbox, output: Output) -> None:
    endpoint = sandbox.record.endpoint
    output.say(f"ready at {endpoint}; ./wavetank down stops it")
    output.say(f"pages: {pages_address(endpoint)}")
    show_unconfirmed(sandbox, output)


def down(*, as_json: JsonOption = False, debug: DebugOption = False) -> None:  # noqa: ARG001 - as above
    """Stop the sandbox of this project; its data are kept for the next one."""
    output = Output(as_json=as_json)
    with output.waiting("stopping"):
        embedded = SandboxFolder(read_settings().state_folder).stop(WallClock())
        # All commands prefer an embedded sandbox, so Compose is not called if there is one.
        stopped = embedded or compose_sandbox().down()
    output.say("stopped" if stopped else "no sandbox is running")
    output.emit("down", stopped=stopped)


def status(
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - as above
) -> None:
    """Show the running sandbox, its pipeline's state and its isolation level."""
    output = Output(as_json=as_json)
    record = sandbox_record()
    if record is None:
        output.say("no sandbox is running; start one with ./wavetank up")
        output.emit("status", running=False)
        return
    offer_host(record, output)
    controls = SandboxControls(record.endpoint)
    faults = controls.active_faults()
    for fault in faults:  # first, because a fault may make the calls below fail
        given = ", ".join(f"{name} {value}" for name, value in fault["given"].items())
        output.say(
            f"fault injected: {fault['kind']} ({given}), since {fault['since']}; "
            "./wavetank drill --restore reverts it"
        )
    sandbox = attach_to_deployed(record)
    offer_running(sandbox, output)
    health = sandbox.health()
    custom = ", with a custom handler" if sandbox.custom_handler else ""
    output.say(
        f"{sandbox.names.full_name}'s at {record.endpoint} ({record.engine}){custom}, "
        f"log: {record.log}"
    )
    none = "not in the table" if sandbox.custom_handler else "none yet"
    output.say(
        f"last tick {health.last_tick or none}, "
        f"{pluralize(health.objects, 'object')}, {pluralize(health.alerts, 'alert')}, "
        f"{health.memory_mb} MB resident"
    )
    isolation = controls.isolation()
    output.say(f"functions: isolation level {isolation['level']}; {isolation['meaning']}")
    for reason in isolation["refused"]:
        output.say(f"not possible here: {reason}")
    output.emit(
        "status",
        running=True,
        sandbox=asdict(record),
        health=asdict(health),
        isolation=isolation,
        faults=[fault["kind"] for fault in faults],
    )


def logs(
    *,
    function: Annotated[
        str | None,
        typer.Option(
            "--function",
            metavar="NAME",
            help="The log of this function, by its deployed name. Default: LocalStack's log.",
        ),
    ] = None,
    lines: Annotated[
        int, typer.Option("--lines", "-n", metavar="N", min=1, help="How many of the last lines.")
    ] = 50,
    follow_log: Annotated[
        bool, typer.Option("--follow", "-f", help="Print new lines until Ctrl-C.")
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - as above
) -> None:
    """Show the log of the running sandbox: LocalStack's, or a function's."""
    output = Output(as_json=as_json)
    record = running_record(None)
    log = sandbox_log(record, function)
    _show_log(log.new_lines()[-lines:], output)
    while follow_log:
        WallClock().sleep(FOLLOW_SECONDS)
        _show_log(log.new_lines(), output)


def _show_log(lines: Iterable[str], output: Output) -> None:
    for line in lines:
        output.say(line)
        output.emit("log", line=line)


def invoke(
    function: Annotated[
        str | None,
        typer.Argument(
            metavar="FUNCTION",
            help="The deployed name of a function. Default: the streaming function.",
        ),
    ] = None,
    *,
    event: Annotated[
        str | None,
        typer.Option("--event", metavar="JSON", help="With FUNCTION: the event. Default: {}."),
    ] = None,
    name: DeployedNameOption = None,
    endpoint: EndpointOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - as above
) -> None:
    """Invoke a function and wait for its result; without FUNCTION, make this minute's tick."""
    if function is None and event is not None:
        raise UsageError("FUNCTION with --event", "none", "name a deployed function")
    output = Output(as_json=as_json)
    offer_host(running_record(endpoint), output)
    sandbox = running_sandbox(endpoint, name)
    offer_running(sandbox, output)
    if function is not None:
        with output.waiting(f"invoking {function}"):
            result = invoke_function(sandbox.aws, function, event or "{}")
        output.say(json.dumps(result))
        output.emit("invoked", function=function, result=result)
        return
    minute = floor_to_minute(sandbox.clock.now())
    with output.waiting("invoking the streaming function"):
        answer = StreamingInvoker(sandbox.aws, sandbox.names).fire_and_wait(minute)
    records = f"{answer['records']} records" if "records" in answer else "made"
    output.say(f"tick of {rfc3339(minute)}: {records}")
    output.emit("tick", at=rfc3339(minute), answer=answer)
