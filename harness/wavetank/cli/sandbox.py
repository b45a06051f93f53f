"""`up`, `down`, `status`, `logs`, `invoke`: a sandbox and its pipeline."""

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from wavetank.aws.invoker import StreamingInvoker, invoke_function
from wavetank.aws.sandbox_api import SandboxControls, pages_address
from wavetank.aws.target import local_target
from wavetank.cli.addresses import show_unconfirmed
from wavetank.cli.detached import start_detached
from wavetank.cli.live_view import follow
from wavetank.cli.options import (
    DEFAULT_ADDRESS,
    DEFAULT_NAME,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
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
    person_of,
)
from wavetank.cli.output import Output
from wavetank.cli.recovery import journal_of_sandbox, offer_host, offer_running
from wavetank.cli.running import (
    attach_to_deployed,
    compose_sandbox,
    running_record,
    running_sandbox,
    sandbox_record,
)
from wavetank.cli.session import (
    SandboxPlan,
    Session,
    Stopped,
    docker_session,
    embedded_session,
    stop_on_signal,
)
from wavetank.core.clock import WallClock, floor_to_minute, rfc3339
from wavetank.core.errors import UsageError
from wavetank.core.settings import read_settings
from wavetank.core.text import counted
from wavetank.deployment.custom_handler import read_own_handler
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import Engine
from wavetank.inspection.log_lines import FollowedLog, file_lines, function_log
from wavetank.templates.project_templates import check_address

FOLLOW_SECONDS = 1.0
LOG_LINES_MAX = 100_000

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
    prefix: PrefixOption = DEFAULT_NAME_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    email: EmailOption = None,
    confirm_emails: ConfirmOption = False,
    enforce_access: AccessOption = True,
    record_format: FormatOption = "ndjson",
    handler: HandlerOption = None,
    retry_base_delay: DelayOption = 60,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="PORT",
            help="Port to listen on. Default: 4566 if it is free, else any.",
        ),
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
        plan = replace(plan, handler=read_own_handler(handler, plan.names))
    folder = SandboxFolder(read_settings().state_folder)
    if detach and engine is Engine.EMBEDDED:
        start_detached(folder, output)
        return
    try:
        with stop_on_signal(), _session(engine, plan, folder, output, leave=detach) as session:
            offer_running(session.sandbox, output)
            if detach:
                endpoint = session.sandbox.record.endpoint
                output.say(f"ready at {endpoint}; ./wavetank down stops it")
                output.say(f"pages: {pages_address(endpoint)}")
                show_unconfirmed(session.sandbox, output)
            else:
                sandbox = session.sandbox
                journal = journal_of_sandbox(sandbox.record, sandbox.names.stem)
                follow(session, output, journal.changes)
    except Stopped:
        output.say("stopped")
        output.emit("stopped")


def down(*, as_json: JsonOption = False, debug: DebugOption = False) -> None:  # noqa: ARG001 - as above
    """Stop the sandbox of this project; its data are kept for the next one."""
    output = Output(as_json=as_json)
    with output.waiting("stopping"):
        embedded = SandboxFolder(read_settings().state_folder).stop(WallClock())
        # An embedded sandbox is the one that every command means: Compose is not even asked then.
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
    sandbox = attach_to_deployed(record)
    offer_running(sandbox, output)
    health = sandbox.health()
    own = ", with a handler of their own" if sandbox.own_handler else ""
    output.say(
        f"{sandbox.names.full_name}'s at {record.endpoint} ({record.engine}){own}, "
        f"log: {record.log}"
    )
    none = "not in the table" if sandbox.own_handler else "none yet"
    output.say(
        f"last tick {health.last_tick or none}, "
        f"{counted(health.objects, 'object')}, {counted(health.alerts, 'alert')}, "
        f"{health.memory_mb} MB resident"
    )
    isolation = SandboxControls(record.endpoint).isolation()
    output.say(f"functions: isolation level {isolation['level']}; {isolation['meaning']}")
    for reason in isolation["refused"]:
        output.say(f"not possible here: {reason}")
    output.emit(
        "status",
        running=True,
        sandbox=asdict(record),
        health=asdict(health),
        isolation=isolation,
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
    if function is not None:
        read = partial(function_log, local_target(record.endpoint).aws, function)
    elif record.engine is Engine.DOCKER:
        read = partial(compose_sandbox().log_lines, LOG_LINES_MAX)
    else:
        read = partial(file_lines, Path(record.log))
    log = FollowedLog(read)
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
            metavar="[FUNCTION]",
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


def _session(
    engine: Engine, plan: SandboxPlan, folder: SandboxFolder, output: Output, *, leave: bool
) -> AbstractContextManager[Session]:
    match engine:
        case Engine.EMBEDDED:
            return embedded_session(folder, plan, read_settings(), output)
        case Engine.DOCKER if plan.handler is not None:
            raise UsageError(
                "--engine embedded with --handler",
                "docker, whose init scripts deploy this project's own",
                "leave --engine out, or ./wavetank deploy --handler once it is up",
            )
        case Engine.DOCKER:
            return docker_session(plan, output, leave=leave)
        case Engine.ATTACHED:
            raise UsageError(
                "--engine embedded or docker", "attached", "attach with check --endpoint"
            )
