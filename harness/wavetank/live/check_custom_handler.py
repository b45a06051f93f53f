"""`check --handler`: a custom script in a temporary sandbox, with every requirement checked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import alerts
from wavetank.core.clock import floor_to_minute, rfc3339
from wavetank.core.errors import ConditionTimeoutError, ExitCode, InfrastructureError
from wavetank.core.naming import DEFAULT_ADDRESS, StreamNameCase
from wavetank.core.reporter import Reporter
from wavetank.core.settings import read_settings
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.deployment.custom_handler import CustomHandler, read_custom_handler
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.engines.embedded import SandboxFolder
from wavetank.live.confirmed_addresses import require_confirmed
from wavetank.live.running_sandbox import RunningSandbox
from wavetank.live.sandbox_plans import SandboxPlan
from wavetank.live.sandbox_session import embedded_session

RETRY_BASE_DELAY_SECONDS = 1
ALERT_SECONDS_MAX = 120.0
"""Three time-outs of the function, and the delays between them."""


def plan_check(
    path: Path, person: tuple[str, str], prefix: str, stream_name_case: StreamNameCase
) -> SandboxPlan:
    """The sandbox for a script: short retry delays, and every address confirmed.

    Raises:
        UsageError: the names cannot be derived, or the script cannot be deployed under them.
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
    return replace(plan, handler=read_custom_handler(path, plan.names))


@dataclass(frozen=True)
class CustomHandlerCheck:
    """Checks a custom handler in a temporary sandbox: a tick, a drill, the requirements.

    `drill` breaks the streaming function and restores it; `check` checks the requirements. If the
    tick fails, the alert for it is awaited instead of a drill.
    """

    reporter: Reporter
    drill: Callable[[RunningSandbox], object]
    check: Callable[[RunningSandbox], ExitCode]

    def run(self, plan: SandboxPlan) -> ExitCode:
        """Runs the check in a sandbox that is deleted afterwards.

        Raises:
            UsageError: another check of a script is running.
            InfrastructureError: LocalStack does not come up, or the deployment fails.
        """
        settings = read_settings()
        folder = SandboxFolder(settings.state_folder / "check")
        assert plan.handler is not None  # `plan_check` sets it
        try:
            with (
                stop_on_signal(),
                embedded_session(folder, plan, settings, self.reporter) as session,
            ):
                return self._run_in(session.sandbox, plan.handler)
        except Stopped:
            self.reporter.say("stopped")
            return ExitCode.INTERRUPTED

    def _run_in(self, sandbox: RunningSandbox, handler: CustomHandler) -> ExitCode:
        person = sandbox.names.full_name
        self.reporter.say(f"{handler.path} is the streaming function of {person}")
        if self._tick_succeeds(sandbox):
            SandboxControls(sandbox.record.endpoint).deliver_now()
            require_confirmed(sandbox)
            self.drill(sandbox)
        else:
            self._await_alert(sandbox)
        # Only now with the schedule on: its ticks would have come between those above.
        options = DeploymentOptions(
            names=sandbox.names, addresses=sandbox.addresses, handler=handler
        )
        sandbox.deployer().deploy(options)
        return self.check(sandbox)

    def _tick_succeeds(self, sandbox: RunningSandbox) -> bool:
        """Fires a tick; returns whether it succeeded, and shows its error if not."""
        minute = floor_to_minute(sandbox.clock.now())
        try:
            StreamingInvoker(sandbox.aws, sandbox.names).fire_and_wait(minute)
        except InfrastructureError as error:
            self.reporter.say(f"its tick of {rfc3339(minute)} failed: {error.found}")
            self.reporter.emit("tick", at=rfc3339(minute), error=error.found)
            return False
        self.reporter.say(f"its tick of {rfc3339(minute)} succeeded")
        self.reporter.emit("tick", at=rfc3339(minute), error=None)
        return True

    def _await_alert(self, sandbox: RunningSandbox) -> None:
        """Fires the failing tick as the rule would; the requirements then check for the alert."""
        minute = floor_to_minute(sandbox.clock.now())
        StreamingInvoker(sandbox.aws, sandbox.names).fire(minute)
        try:
            with self.reporter.waiting("waiting until Lambda's retries are exhausted"):
                wait_until(
                    lambda: alerts(sandbox.record.endpoint),
                    bool,
                    expected="an alert",
                    hint="read the logs of both functions",
                    within_seconds=ALERT_SECONDS_MAX,
                    clock=sandbox.clock,
                )
        except ConditionTimeoutError as error:
            self.reporter.say(str(error))
