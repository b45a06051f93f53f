"""`up`, `down`, `status`: the live sandbox and its life."""

from dataclasses import asdict
from typing import Annotated

import typer

from wavetank.cli.detached import start_detached
from wavetank.cli.live import follow
from wavetank.cli.options import (
    DEFAULT_ADDRESS,
    DEFAULT_NAME,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
    DebugOption,
    DelayOption,
    EmailOption,
    FormatOption,
    JsonOption,
    NameOption,
    PrefixOption,
    StreamCaseOption,
    SurnameOption,
    names_of,
)
from wavetank.cli.output import Output
from wavetank.cli.running import attach
from wavetank.cli.session import SandboxPlan, Stopped, running_session, stop_on_signal
from wavetank.clock import WallClock
from wavetank.engines.embedded import SandboxFolder
from wavetank.settings import read_settings
from wavetank.stack.template import check_address


def up(
    *,
    name: NameOption = DEFAULT_NAME,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_NAME_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    email: EmailOption = None,
    record_format: FormatOption = "ndjson",
    retry_base_delay: DelayOption = 60,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", help="Default: 4566 where it is free, else any."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget what the last sandbox held, and start empty.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Run in the background; stop it with down.")
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Bring up the pipeline on LocalStack and keep it ticking every 60 s, until Ctrl-C."""
    output = Output(as_json=as_json)
    plan = SandboxPlan(
        names=names_of(name, surname, prefix, stream_name_case),
        stream_name_case=stream_name_case,
        addresses=tuple(check_address(address) for address in email or [DEFAULT_ADDRESS]),
        record_format=record_format,
        retry_base_delay_seconds=retry_base_delay,
        port=port,
        fresh=fresh,
    )
    settings = read_settings()
    folder = SandboxFolder(settings.state_folder)
    if detach:
        start_detached(folder, output)
        return
    try:
        with stop_on_signal(), running_session(folder, plan, settings, output) as session:
            follow(session, output)
    except Stopped:
        output.say("stopped")
        output.emit("stopped")


def down(*, as_json: JsonOption = False, debug: DebugOption = False) -> None:  # noqa: ARG001 - as above
    """Stop the sandbox that runs from this project; the next one takes up what it held."""
    output = Output(as_json=as_json)
    with output.waiting("stopping"):
        stopped = SandboxFolder(read_settings().state_folder).stop(WallClock())
    output.say("stopped" if stopped else "no sandbox is running")
    output.emit("down", stopped=stopped)


def status(*, as_json: JsonOption = False, debug: DebugOption = False) -> None:  # noqa: ARG001 - as above
    """Show whether a sandbox runs, where, and how its pipeline does."""
    output = Output(as_json=as_json)
    record = SandboxFolder(read_settings().state_folder).running()
    if record is None:
        output.say("no sandbox is running; start one with ./wavetank up")
        output.emit("status", running=False)
        return
    health = attach(record).health()
    output.say(f"running at {record.endpoint} (process {record.owner}), log {record.log_file}")
    output.say(
        f"last tick {health.last_tick or 'none yet'}, {health.objects} objects, "
        f"{health.alerts} alerts, {health.memory_mb} MB resident"
    )
    output.emit("status", running=True, sandbox=asdict(record), health=asdict(health))
