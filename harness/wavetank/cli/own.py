"""`check --handler`: a custom script in a temporary sandbox, with every requirement checked."""

from dataclasses import replace
from pathlib import Path

from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import alerts
from wavetank.cli.addresses import require_confirmed
from wavetank.cli.judging import judge, perform, sandbox_site
from wavetank.cli.options import DEFAULT_ADDRESS
from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox
from wavetank.cli.session import SandboxPlan, Stopped, embedded_session, stop_on_signal
from wavetank.core.clock import floor_to_minute, rfc3339
from wavetank.core.errors import ConditionTimeoutError, ExitCode, InfrastructureError
from wavetank.core.naming import StreamNameCase
from wavetank.core.settings import read_settings
from wavetank.deployment.custom_handler import OwnHandler, read_own_handler
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.engines.embedded import SandboxFolder

RETRY_BASE_DELAY_SECONDS = 1
ALERT_SECONDS_MAX = 120.0
"""Three time-outs of the function, and the waits in between."""


def plan_check(
    path: Path, person: tuple[str, str], prefix: str, stream_name_case: StreamNameCase
) -> SandboxPlan:
    """The sandbox for a script: quick retries, and nothing to click on.

    Raises:
        UsageError: there can be no such names, or the script cannot be deployed under them.
    """
    first_name, surname = person
    plan = SandboxPlan(
        first_name=first_name,
        surname=surname,
        prefix=prefix,
        stream_name_case=stream_name_case,
        addresses=(DEFAULT_ADDRESS,),
        record_format="original",
        retry_base_delay_seconds=RETRY_BASE_DELAY_SECONDS,
        port=None,
        schedule_enabled=False,
        keep=False,
        confirm_emails=True,
    )
    return replace(plan, handler=read_own_handler(path, plan.names))


def judge_own(plan: SandboxPlan, output: Output) -> ExitCode:
    """Deploys the script, fires a tick, breaks and restores it, and judges what the brief asks.

    Where its tick fails, the alert of that is awaited in place of a drill.

    Raises:
        UsageError: another check of a script is under way.
        InfrastructureError: LocalStack does not come up, or the deployment fails.
    """
    settings = read_settings()
    folder = SandboxFolder(settings.state_folder / "check")
    assert plan.handler is not None  # as planned
    try:
        with stop_on_signal(), embedded_session(folder, plan, settings, output) as session:
            return _story(session.sandbox, plan.handler, output)
    except Stopped:
        output.say("stopped")
        return ExitCode.INTERRUPTED


def _story(sandbox: RunningSandbox, handler: OwnHandler, output: Output) -> ExitCode:
    output.say(f"{handler.path} is the streaming function of {sandbox.names.full_name}")
    if _tick(sandbox, output):
        SandboxControls(sandbox.record.endpoint).deliver_now()
        require_confirmed(sandbox)
        perform(sandbox_site(sandbox), output)
    else:
        _await_alert(sandbox, output)
    options = DeploymentOptions(names=sandbox.names, addresses=sandbox.addresses, handler=handler)
    sandbox.deployer().deploy(options)  # with the schedule on, which would have been in the way
    return judge(sandbox, output)


def _tick(sandbox: RunningSandbox, output: Output) -> bool:
    """Whether the script makes a tick; what it fails at is said."""
    minute = floor_to_minute(sandbox.clock.now())
    try:
        StreamingInvoker(sandbox.aws, sandbox.names).fire_and_wait(minute)
    except InfrastructureError as error:
        output.say(f"its tick of {rfc3339(minute)} failed: {error.found}")
        output.emit("tick", at=rfc3339(minute), error=error.found)
        return False
    output.say(f"its tick of {rfc3339(minute)} is made")
    output.emit("tick", at=rfc3339(minute), error=None)
    return True


def _await_alert(sandbox: RunningSandbox, output: Output) -> None:
    """Fires the failing tick as the rule would; whether the alert came is for `judge` to say."""
    StreamingInvoker(sandbox.aws, sandbox.names).fire(floor_to_minute(sandbox.clock.now()))
    try:
        with output.waiting("waiting for Lambda to give it up"):
            wait_until(
                lambda: alerts(sandbox.record.endpoint),
                bool,
                expected="an alert",
                hint="look at the logs of both functions",
                within_seconds=ALERT_SECONDS_MAX,
                clock=sandbox.clock,
            )
    except ConditionTimeoutError as error:
        output.say(str(error))
