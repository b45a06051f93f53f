"""`up`, `down`, `status`: a sandbox and its pipeline."""

import sys
from dataclasses import asdict, replace
from typing import Annotated, TypedDict

import typer

from wavetank.aws.sandbox_api import SandboxControls, pages_address
from wavetank.cli.options import (
    AccessOption,
    CodeOption,
    ConfirmOption,
    DebugOption,
    DelayOption,
    EmailOption,
    FormatOption,
    HandlerOption,
    JsonOption,
    NameOption,
    OverridesOption,
    PipelineNameOption,
    PrefixOption,
    StorageOption,
    StreamCaseOption,
    SurnameOption,
    TemplateOption,
)
from wavetank.cli.output import Output
from wavetank.cli.output.live_view import follow
from wavetank.cli.revert_offer import (
    offer_host,
    offer_running,
    revert_after_start,
    show_in_progress,
)
from wavetank.configuration.project import project_configuration
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode
from wavetank.core.naming import (
    DEFAULT_ADDRESS,
    DEFAULT_NAME,
    DEFAULT_PREFIX,
    DEFAULT_STREAM_CASE,
    person_of,
)
from wavetank.core.settings import read_settings
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.deployment.custom_handler import read_custom_handler
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.live.background_sandbox import start_in_background
from wavetank.live.change_targets import host_target
from wavetank.live.confirmed_addresses import show_unconfirmed
from wavetank.live.pipeline_selection import pipeline_in
from wavetank.live.sandbox_pipeline import SandboxPipeline
from wavetank.live.sandbox_plans import SandboxPlan, TemplatesPlan
from wavetank.live.sandbox_records import compose_sandbox, sandbox_record
from wavetank.live.sandbox_session import open_session
from wavetank.templates.project_templates import check_address

INTERRUPTED = "interrupted before the sandbox is ready; stopping it takes up to ten seconds"
DETACH_OPTIONS = frozenset({"--detach", "-d"})

EngineOption = Annotated[
    Engine,
    typer.Option(
        "--engine",
        metavar="embedded|docker",
        help="embedded needs no Docker; docker uses docker-compose.yml.",
    ),
]
PortOption = Annotated[
    int | None,
    typer.Option("--port", metavar="PORT", help="Default: 4566 if it is free, else any port."),
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Delete the data of the last sandbox and start empty.")
]
DetachOption = Annotated[
    bool, typer.Option("--detach", "-d", help="Run in the background; stop it with down.")
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
    storage: StorageOption = None,
    template: TemplateOption = None,
    code: CodeOption = None,
    overrides: OverridesOption = None,
    retry_base_delay: DelayOption = 60,
    port: PortOption = None,
    fresh: FreshOption = False,
    detach: DetachOption = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Start a sandbox with the pipeline; runs until Ctrl-C.

    Deploys the pipeline of --template; without it, that of the project's wavetank.toml; without
    either, the ticker. Schedules run in wall time. Data survive down and up.
    """
    output = Output(as_json=as_json)
    choice = PipelineChoice(
        name=name,
        surname=surname,
        prefix=prefix,
        stream_name_case=stream_name_case,
        record_format=record_format,
        handler=handler,
        storage=storage,
        template=template,
        code=code,
        overrides=overrides,
    ).in_project(project_configuration())
    sandbox_options: _SandboxOptions = {
        "retry_base_delay_seconds": retry_base_delay,
        "port": port,
        "fresh": fresh,
        "confirm_emails": confirm_emails,
        "enforce_access": enforce_access,
    }
    plan, folder = _plan(choice, email, sandbox_options), _sandbox_folder()
    is_ready = False
    try:
        with stop_on_signal(lambda: None if is_ready else output.note(INTERRUPTED)):
            if detach and engine is Engine.EMBEDDED:
                record = _start_detached(folder, output)
                is_ready = True
                _show_ready(pipeline_in(record, _deployed_name(plan)), output)
                return
            with open_session(engine, plan, folder, output, leave=detach) as session:
                is_ready = True
                revert_after_start(session.sandbox, output)
                sandbox = session.sandbox
                if detach:
                    _show_ready(sandbox, output)
                else:
                    follow(session, output, sandbox.target().journal.changes)
    except Stopped:
        output.say("stopped")
        output.emit("stopped")
        if not is_ready:
            raise typer.Exit(ExitCode.INTERRUPTED) from None


def _start_detached(folder: SandboxFolder, output: Output) -> SandboxRecord:
    """The record of a sandbox that this same command owns in the background, once it is ready."""
    arguments = [argument for argument in sys.argv[1:] if argument not in DETACH_OPTIONS]
    with output.waiting("starting in the background"):
        record = start_in_background(folder, arguments)
    output.emit("ready", endpoint=record.endpoint)
    return record


class _SandboxOptions(TypedDict):
    """The options of a sandbox, whatever is deployed in it."""

    retry_base_delay_seconds: int
    port: int | None
    fresh: bool
    confirm_emails: bool
    enforce_access: bool


def _plan(
    choice: PipelineChoice, addresses: list[str] | None, options: _SandboxOptions
) -> TemplatesPlan | SandboxPlan:
    templates = choice.templates(simulated=False)
    if templates is not None:
        choice.refuse_of_ticker(addresses)
        return TemplatesPlan(pipeline=templates, **options)
    choice.refuse_of_templates()
    first_name, last_name = person_of(choice.name, choice.surname)
    plan = SandboxPlan(
        first_name=first_name,
        surname=last_name,
        prefix=choice.prefix,
        stream_name_case=choice.stream_name_case,
        addresses=tuple(check_address(address) for address in addresses or [DEFAULT_ADDRESS]),
        record_format=choice.record_format,
        **options,
    )
    if choice.handler is not None:
        plan = replace(plan, handler=read_custom_handler(choice.handler, plan.names))
    return plan


def _sandbox_folder() -> SandboxFolder:
    return SandboxFolder(read_settings().state_folder)


def _deployed_name(plan: TemplatesPlan | SandboxPlan) -> str:
    return plan.pipeline.name if isinstance(plan, TemplatesPlan) else plan.names.stem


def _show_ready(sandbox: SandboxPipeline, output: Output) -> None:
    endpoint = sandbox.record.endpoint
    output.say(f"ready at {endpoint}; ./wavetank down stops it")
    output.say(f"pages: {pages_address(endpoint)}")
    show_unconfirmed(sandbox, output)


def down(*, as_json: JsonOption = False, debug: DebugOption = False) -> None:  # noqa: ARG001 - as above
    """Stop the sandbox of this project; its data are kept for the next one."""
    output = Output(as_json=as_json)
    with output.waiting("stopping"):
        embedded = _sandbox_folder().stop(WallClock())
        # All commands prefer an embedded sandbox, so Compose is not called if there is one.
        stopped = embedded or compose_sandbox().down()
    output.say("stopped" if stopped else "no sandbox is running")
    output.emit("down", stopped=stopped)


def status(
    *,
    name: PipelineNameOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - as above
) -> None:
    """Show the running sandbox, its pipeline's state and its isolation level."""
    output = Output(as_json=as_json)
    project_configuration()  # a mistake in it is shown also while nothing runs
    record = sandbox_record()
    if record is None:
        output.say("no sandbox is running; start one with ./wavetank up")
        output.emit("status", running=False)
        return
    offer_host(record, output)
    show_in_progress([host_target(record)], output)  # a fault of the host may hold up the rest
    controls = SandboxControls(record.endpoint)
    faults = controls.active_faults()
    for fault in faults:  # first, because a fault may make the calls below fail
        given = ", ".join(f"{name} {value}" for name, value in fault["given"].items())
        output.say(
            f"fault injected: {fault['kind']} ({given}), since {fault['since']}; "
            "./wavetank drill --restore reverts it"
        )
    sandbox = pipeline_in(record, name)
    offer_running(sandbox, output)
    show_in_progress([sandbox.target()], output)
    state = sandbox.status()
    output.say(state.title)
    output.say(state.state)
    isolation = controls.isolation()
    output.say(f"functions: isolation level {isolation['level']}; {isolation['meaning']}")
    for reason in isolation["refused"]:
        output.say(f"not possible here: {reason}")
    output.emit(
        "status",
        running=True,
        sandbox=asdict(record),
        health=state.values,
        isolation=isolation,
        faults=[fault["kind"] for fault in faults],
    )
