"""A deployed pipeline as `check` and `drill` use it: on AWS, and in a sandbox."""

from dataclasses import dataclass
from pathlib import Path

from wavetank.aws.clients import anonymous_clients
from wavetank.aws.observers import topic_arn
from wavetank.aws.target import Target, aws_target
from wavetank.core.clock import Clock, WallClock
from wavetank.core.errors import UsageError
from wavetank.deployment.attestation import Attestation
from wavetank.deployment.deployed import DeployedPipeline
from wavetank.inspection.access.bucket_access import AccessMatrix, Actor, probe_bucket
from wavetank.inspection.alert_lookup import alert_in_log, alert_in_mailbox
from wavetank.inspection.requirements import CheckedPipeline
from wavetank.live.change_targets import aws_target_of, sandbox_target
from wavetank.live.drill.function_drill import DrillSite
from wavetank.live.running_sandbox import RunningSandbox

AWS_RETRY_BASE_DELAY_SECONDS = 60
SANDBOX_MARGIN_SECONDS = 60.0
AWS_MARGIN_SECONDS = 180.0
"""For eventual consistency of the queue, a cold start, and a late log."""


@dataclass(frozen=True)
class LivePipeline:
    """A ticker pipeline on AWS, as `check` and `drill` use it."""

    target: Target
    pipeline: DeployedPipeline
    clock: Clock
    state_folder: Path

    def site(self) -> DrillSite:
        """The site of a drill; its alert is found in the log of the notification function."""
        aws, names = self.target.aws, self.pipeline.names
        return DrillSite(
            target=aws_target_of(self.target, names),
            find_alert=alert_in_log(aws, names, topic_arn(aws, names), self.clock.now()),
            retry_base_delay_seconds=AWS_RETRY_BASE_DELAY_SECONDS,
            margin_seconds=AWS_MARGIN_SECONDS,
        )

    def checked(self, reader_profile: str | None) -> CheckedPipeline:
        """The pipeline for the check of its requirements.

        With the profile of another account, its access to the bucket is tried too.

        Raises:
            UsageError: the profile is of the pipeline's own account.
        """
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
                "name a profile of another account with --reader-profile",
            )
        return reader

    def _access_matrix(self, reader: Target | None) -> AccessMatrix:
        """The access of the owner, of anonymous callers, and of the reader if there is one.

        The function's role cannot be assumed to try it.
        """
        clients = {
            Actor.OWNER: self.target.aws,
            Actor.ANONYMOUS: anonymous_clients(self.target.aws),
        }
        if reader is not None:
            clients[Actor.OTHER_ACCOUNT] = reader.aws
        return probe_bucket(clients, self.pipeline.names.bucket)


def sandbox_site(running: RunningSandbox) -> DrillSite:
    """The site of a drill, which looks for its alert in the mailbox of the sandbox."""
    return DrillSite(
        target=sandbox_target(running.record, running.names, running.aws),
        find_alert=alert_in_mailbox(running.record.endpoint),
        retry_base_delay_seconds=running.record.retry_base_delay_seconds,
        margin_seconds=SANDBOX_MARGIN_SECONDS,
    )


def live_pipeline(target: Target, pipeline: DeployedPipeline, state_folder: Path) -> LivePipeline:
    """The pipeline, on the wall clock."""
    return LivePipeline(target, pipeline, WallClock(), state_folder)
