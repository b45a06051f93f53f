"""Deployment to AWS: the bytes that were tested, after consent, and proof that AWS has them."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from wavetank.aws.observers import subscriptions, topic_arn
from wavetank.aws.target import Target
from wavetank.core.clock import WallClock, rfc3339
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.core.reporter import Reporter
from wavetank.deployment.attestation import Pass, project_attestation, require_passes
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.deployment.failure_explanations import describe_failure
from wavetank.deployment.fingerprint import (
    Fingerprint,
    compare,
    deployed_fingerprint,
    wanted_fingerprint,
)
from wavetank.deployment.look_ahead import check_blockers, preview_changes
from wavetank.deployment.plan import DeploymentPlan
from wavetank.deployment.stack_recovery import find_obstacles, remove_obstacle

RECORDS = "deployments/"
"""Where the artifact bucket has them."""


@dataclass(frozen=True, kw_only=True)
class DeploymentRecord:
    """A record of one deployment to AWS, stored in the artifact bucket.

    `passed` names the tests that these bytes had passed; `untested` is the reason given for
    deploying bytes that had passed nothing, or given although they had passed. `verified` says
    whether AWS had exactly these bytes afterwards.
    """

    at: str
    version: str
    account: str
    fingerprint: Fingerprint
    passed: tuple[str, ...]
    untested: str | None
    verified: bool

    @property
    def key(self) -> str:
        """The object's key; keys sort by time, and no record overwrites another."""
        return f"{RECORDS}{self.at}-{hashlib.sha256(self.content).hexdigest()[:8]}.json"

    @property
    def content(self) -> bytes:
        """The object's content, as JSON."""
        return f"{json.dumps(asdict(self), indent=2)}\n".encode()


def refuse_blockers(findings: Iterable[Finding]) -> None:
    """Returns if no finding is invalid.

    What the credentials may not read is unknown and blocks nothing: CloudFormation reports what it
    lacks.

    Raises:
        UsageError: a finding is invalid; the first one is named.
    """
    for finding in findings:
        if finding.verdict is Verdict.INVALID:
            raise UsageError(finding.requirement, finding.evidence, finding.fix)


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A deployment to AWS of tested bytes, with the user's consent.

    `untested` is the reason to deploy bytes that passed no test. `confirm` asks for a word after a
    question and raises a UsageError if the user does not agree; `show_plan` shows the changes
    before that question.
    """

    target: Target
    options: DeploymentOptions
    shipped_folder: Path
    untested: str | None
    reporter: Reporter
    confirm: Callable[[str, str], None]
    show_plan: Callable[[DeploymentPlan], None]

    def run(self) -> list[Finding]:
        """Deploys; returns whether AWS has the tested bytes, part by part.

        Raises:
            UsageError: the bytes were not tested, a name is taken, or the user does not agree.
            InfrastructureError: AWS refused or failed; the same command again continues.
            ConditionTimeoutError: a stack does not settle in time.
        """
        names, reporter = self.options.names, self.reporter
        reporter.say(f"{names.stem}, the pipeline of {names.full_name}: {self.target.description}")
        fingerprint = wanted_fingerprint(self.options, self.shipped_folder)
        passes = require_passes(project_attestation(), fingerprint, self.untested, reporter)
        deployer = self._deployer()
        self._remove_obstacles(deployer)
        refuse_blockers(check_blockers(self.target, self.options, reporter))
        self.show_plan(preview_changes(self.target, self.options, self.shipped_folder, reporter))
        self.confirm(
            names.stem, f"{names.stem} is about to be deployed, and costs money from then on."
        )
        with reporter.waiting("deploying; CloudFormation takes some minutes"):
            done = deployer.deploy(self.options)
        findings = compare(fingerprint, deployed_fingerprint(self.target.aws, names))
        reporter.findings(findings)
        self._record(deployer, fingerprint, passes, findings)
        reporter.say(f"changed: {', '.join(done.changed_stacks) or 'nothing'}")
        reporter.emit(
            "deployed", changed=done.changed_stacks, prices_reset=self.options.reset_prices
        )
        self._show_unconfirmed()
        return findings

    def _deployer(self) -> Deployer:
        return Deployer(
            self.target.aws,
            self.shipped_folder,
            WallClock(),
            self.target.pace_seconds,
            self._show_event,
            self.target.account,
        )

    def _show_event(self, event: ResourceEvent) -> None:
        """Shows a line for a resource that is complete or has failed, not for its begin."""
        self.reporter.emit("resource", **vars(event))
        if not event.status.endswith("_IN_PROGRESS"):
            line = (
                describe_failure(event) if event.is_failure else f"{event.resource} {event.status}"
            )
            self.reporter.note(f"  {line}")

    def _remove_obstacles(self, deployer: Deployer) -> None:
        """Removes stacks that cannot be updated, each after a confirmation of its own."""
        stacks = deployer.stacks(self.options.names)
        with self.reporter.waiting("reading the stacks"):
            obstacles = find_obstacles(stacks, self.options.names)
        for obstacle in obstacles:
            self.confirm(obstacle.stack, obstacle.question)
            with self.reporter.waiting(f"{obstacle.remedy} {obstacle.stack}"):
                remove_obstacle(stacks, obstacle)

    def _record(
        self,
        deployer: Deployer,
        fingerprint: Fingerprint,
        passes: list[Pass],
        findings: list[Finding],
    ) -> None:
        record = DeploymentRecord(
            at=rfc3339(WallClock().now()),
            version=metadata.version("wavetank"),
            account=self.target.account,
            fingerprint=fingerprint,
            passed=tuple(dict.fromkeys(entry.scenario for entry in passes)),
            untested=self.untested,
            verified={finding.verdict for finding in findings} == {Verdict.VALID},
        )
        deployer.artifacts(self.options.names).put(record.key, record.content)

    def _show_unconfirmed(self) -> None:
        aws = self.target.aws
        for entry in subscriptions(aws, topic_arn(aws, self.options.names)):
            if not entry.confirmed:
                self.reporter.say(
                    f"{entry.address} gets no alerts until it is confirmed: AWS sent it a link, "
                    "which is valid for two days"
                )
                self.reporter.emit("unconfirmed", address=entry.address, link=None)
