"""What `check`, `drill` and `demo` do with a pipeline: judge it, and break its function."""

from dataclasses import asdict, dataclass
from pathlib import Path

from wavetank.aws.clients import anonymous_clients
from wavetank.aws.observers import topic_arn
from wavetank.aws.target import Target, aws_target
from wavetank.cli.output import Output
from wavetank.core.clock import Clock, WallClock
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.findings import exit_code
from wavetank.core.text import span
from wavetank.deployment.attestation import Attestation
from wavetank.deployment.deployed import DeployedPipeline
from wavetank.faults.fault import StateFault
from wavetank.faults.functions import BrokenDeployment
from wavetank.inspection.access.bucket_access import AccessMatrix, Actor, probe_bucket
from wavetank.inspection.alert_lookup import alert_in_log, alert_in_mailbox
from wavetank.inspection.requirements import CheckedPipeline, check_requirements
from wavetank.inspection.requirements.freshness import has_recent_tick, wait_until_fresh
from wavetank.live.change_targets import aws_target_of, sandbox_target
from wavetank.live.drill.function_drill import DrillResult, DrillSite, run_drill
from wavetank.live.running_sandbox import RunningSandbox

AWS_RETRY_BASE_DELAY_SECONDS = 60
SANDBOX_MARGIN_SECONDS = 60.0
AWS_MARGIN_SECONDS = 180.0
"""For a queue that is consistent in the end, a cold start, and a log that comes late."""


@dataclass(frozen=True)
class LivePipeline:
    """One pipeline on AWS, as a command meets it."""

    target: Target
    pipeline: DeployedPipeline
    clock: Clock
    state_folder: Path

    def site(self) -> DrillSite:
        """For a drill whose alert is looked for in the log."""
        aws, names = self.target.aws, self.pipeline.names
        return DrillSite(
            target=aws_target_of(self.target, names),
            find_alert=alert_in_log(aws, names, topic_arn(aws, names), self.clock.now()),
            retry_base_delay_seconds=AWS_RETRY_BASE_DELAY_SECONDS,
            margin_seconds=AWS_MARGIN_SECONDS,
        )

    def checked(self, reader_profile: str | None) -> CheckedPipeline:
        """What the requirements are checked on; the bucket as the reader meets it, too."""
        reader = self._reader(reader_profile)
        return CheckedPipeline(
            aws=self.target.aws,
            names=self.pipeline.names,
            clock=self.clock,
            addresses=self.pipeline.addresses,
            messages=None,
            access=lambda: self._access_matrix(reader),
            tested=Attestation(self.state_folder, self.clock).digests(),
            on_aws=True,
        )

    def _reader(self, profile: str | None) -> Target | None:
        if profile is None:
            return None
        reader = aws_target(profile)
        if reader.account == self.target.account:
            raise UsageError(
                "a reader of another account",
                f"profile {profile} of the pipeline's own, {reader.account}",
                "name a profile of somebody else with --reader-profile",
            )
        return reader

    def _access_matrix(self, reader: Target | None) -> AccessMatrix:
        """Nobody can take the function's role to try it; whoever reads from elsewhere can."""
        clients = {
            Actor.OWNER: self.target.aws,
            Actor.ANONYMOUS: anonymous_clients(self.target.aws),
        }
        if reader is not None:
            clients[Actor.OTHER_ACCOUNT] = reader.aws
        return probe_bucket(clients, self.pipeline.names.bucket)


def sandbox_site(running: RunningSandbox) -> DrillSite:
    """For a drill whose alert is looked for in the sandbox's mailbox."""
    return DrillSite(
        target=sandbox_target(running.record, running.names, running.aws),
        find_alert=alert_in_mailbox(running.record.endpoint),
        retry_base_delay_seconds=running.record.retry_base_delay_seconds,
        margin_seconds=SANDBOX_MARGIN_SECONDS,
    )


def judge(running: RunningSandbox, output: Output) -> ExitCode:
    """Checks, shows, and tells the exit code."""
    with output.waiting("waiting for Firehose to deliver, at most a minute and a half"):
        running.wait_until_fresh()
    return _show(running.checked(), output)


def judge_live(live: LivePipeline, reader_profile: str | None, output: Output) -> ExitCode:
    """As `judge`, on AWS.

    Raises:
        UsageError: the reader is no other account.
    """
    checked, own = live.checked(reader_profile), live.pipeline.handler is not None
    with output.waiting("waiting for Firehose to deliver, at most a minute and a half"):
        wait_until_fresh(
            checked.aws,
            checked.names,
            checked.clock,
            lambda: not own and has_recent_tick(checked.aws, checked.names, checked.clock),
        )
    return _show(checked, output)


def _show(checked: CheckedPipeline, output: Output) -> ExitCode:
    findings = []
    with output.waiting("checking") as activity:
        for found in check_requirements(checked):
            activity.update(f"checked: {found.requirement}")
            findings.append(found)
    output.findings(findings)
    return exit_code(findings)


def perform(
    site: DrillSite, output: Output, kind: type[StateFault] = BrokenDeployment
) -> DrillResult:
    """Drills and shows how long each step took."""
    with output.waiting(f"drilling, {span(site.timeout_seconds(kind))} at most"):
        result = run_drill(site, kind, output.say)
    times, alert = result.times, result.alert
    output.say(f"alert to {', '.join(alert.addresses)} after {times.alerted:.1f} s")
    output.say(f"restored in {times.restored:.1f} s, a tick made {times.delivering:.1f} s later")
    output.emit("drill", kind=kind.kind, seconds=asdict(times), alert=asdict(alert))
    return result


def live_pipeline(target: Target, pipeline: DeployedPipeline, state_folder: Path) -> LivePipeline:
    """The pipeline in wall time."""
    return LivePipeline(target, pipeline, WallClock(), state_folder)
