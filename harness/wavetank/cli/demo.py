"""`demo`: the whole story in one go, and nothing left running afterwards."""

from datetime import timedelta

import typer

from wavetank.cli.judging import judge, perform
from wavetank.cli.options import (
    DEFAULT_ADDRESS,
    DEFAULT_NAME,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
    DebugOption,
    JsonOption,
    NameOption,
    person_of,
)
from wavetank.cli.output import Output
from wavetank.cli.session import SandboxPlan, Session, Stopped, embedded_session, stop_on_signal
from wavetank.clock import floor_to_minute, rfc3339
from wavetank.engines.embedded import SandboxFolder
from wavetank.errors import ExitCode
from wavetank.probes import delivered_objects
from wavetank.sandbox import SandboxControls
from wavetank.settings import read_settings
from wavetank.stack.deployment import DeploymentOptions
from wavetank.trigger import Trigger
from wavetank.words import counted

TICKS = 3
RETRY_BASE_DELAY_SECONDS = 1


def demo(
    *,
    name: NameOption = DEFAULT_NAME,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Deploy, tick, break the handler, see the alert, heal, check: the whole story by itself."""
    output = Output(as_json=as_json)
    first_name, surname = person_of(name, None)
    plan = SandboxPlan(
        first_name=first_name,
        surname=surname,
        prefix=DEFAULT_NAME_PREFIX,
        stream_name_case=DEFAULT_STREAM_CASE,
        addresses=(DEFAULT_ADDRESS,),
        record_format="ndjson",
        retry_base_delay_seconds=RETRY_BASE_DELAY_SECONDS,
        port=None,
        schedule_enabled=False,
        keep=False,
        confirm_emails=True,
    )
    settings = read_settings()
    folder = SandboxFolder(settings.state_folder / "demo")
    try:
        with stop_on_signal(), embedded_session(folder, plan, settings, output) as session:
            code = _story(session, output)
    except Stopped:
        output.say("stopped")
        code = ExitCode.INTERRUPTED
    raise typer.Exit(code)


def _story(session: Session, output: Output) -> ExitCode:
    sandbox = session.sandbox
    output.say(f"the pipeline of {sandbox.names.full_name} is up at {sandbox.record.endpoint}")
    now = floor_to_minute(sandbox.clock.now())
    for minutes_ago in range(TICKS, 0, -1):
        tick = now - timedelta(minutes=minutes_ago)
        answer = Trigger(sandbox.aws, sandbox.names).fire_and_wait(tick)
        output.say(f"tick of {rfc3339(tick)}: {answer['records']} records")
    SandboxControls(sandbox.record.endpoint).deliver_now()
    output.say("Firehose would buffer for 60 s; the demo has it deliver now")
    objects = delivered_objects(sandbox.aws, sandbox.names.bucket)
    found = counted(len(objects), "object")
    output.say(f"{found} in {sandbox.names.bucket}; the newest: {objects[-1].key}")
    output.say("now the drill: somebody deploys a broken handler")
    perform(sandbox, output)
    output.say("the schedule is switched on; until here the demo fired the ticks itself")
    sandbox.deployer().deploy(DeploymentOptions(names=sandbox.names, addresses=sandbox.addresses))
    output.say("and the brief's requirements, one by one:")
    return judge(sandbox, output)
