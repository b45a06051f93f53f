"""`deploy --target aws`: the very bytes that were tested onto an account, and proof of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata

import typer

from wavetank.aws.observers import subscriptions, topic_arn
from wavetank.aws.target import Target
from wavetank.cli.attestations import require_passes
from wavetank.cli.output import Output
from wavetank.cli.plan_preview import ask_for_changes, look_ahead, show_forecast
from wavetank.cli.targets import confirm
from wavetank.core.clock import WallClock, rfc3339
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict, exit_code
from wavetank.core.settings import read_settings
from wavetank.deployment.attestation import Pass
from wavetank.deployment.aws_errors import plain_trouble
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.deployment.deployment_record import DeploymentRecord
from wavetank.deployment.failure_explanations import in_words
from wavetank.deployment.fingerprint import (
    Fingerprint,
    compare,
    deployed_fingerprint,
    wanted_fingerprint,
)
from wavetank.deployment.recovery import find_obstacles, remove_obstacle


@dataclass(frozen=True)
class Consent:
    """What the user has agreed to on the command line; `untested` is a reason."""

    yes: bool
    untested: str | None


def promote(target: Target, options: DeploymentOptions, consent: Consent, output: Output) -> None:
    """Deploys to AWS; every question is asked before what it is about.

    Raises:
        UsageError: the bytes were not tested, a name is taken, or the user does not agree.
        InfrastructureError: AWS refused or failed; the same command again goes on.
        ConditionTimeoutError: a stack does not settle in time.
    """
    try:
        with plain_trouble():
            findings = _Promotion(target, options, consent, output).run()
    except KeyboardInterrupt:
        output.say(
            "stopped; what CloudFormation has begun goes on by itself. The same command again "
            "takes part in it and does the rest"
        )
        raise
    raise typer.Exit(exit_code(findings))


def refuse_blockers(findings: Iterable[Finding]) -> None:
    """Returns where nothing is known to stand in the way.

    What may not be asked does not stand in the way: CloudFormation says what it lacks.

    Raises:
        UsageError: something does; the first of it is named.
    """
    for finding in findings:
        if finding.verdict is Verdict.INVALID:
            raise UsageError(finding.requirement, finding.evidence, finding.fix)


@dataclass(frozen=True)
class _Promotion:
    """One deployment to AWS."""

    target: Target
    options: DeploymentOptions
    consent: Consent
    output: Output

    def run(self) -> list[Finding]:
        """From what is known of the bytes to the proof that AWS has them."""
        names, output = self.options.names, self.output
        output.say(f"{names.stem}, the pipeline of {names.full_name}: {self.target.description}")
        fingerprint = wanted_fingerprint(self.options, read_settings().project_folder)
        passes = require_passes(fingerprint, self.consent.untested, output)
        deployer = self._deployer()
        self._clear_the_way(deployer)
        refuse_blockers(look_ahead(self.target, self.options, output))
        show_forecast(
            ask_for_changes(self.target, self.options, output), self.options, None, output
        )
        self._ask(
            names.stem, f"{names.stem} is about to be deployed, and costs money from then on."
        )
        with output.waiting("deploying; CloudFormation takes some minutes"):
            done = deployer.deploy(self.options)
        findings = compare(fingerprint, deployed_fingerprint(self.target.aws, names))
        output.findings(findings)
        self._record(deployer, fingerprint, passes, findings)
        output.say(f"changed: {', '.join(done.changed_stacks) or 'nothing'}")
        output.emit("deployed", changed=done.changed_stacks, prices_reset=self.options.reset_prices)
        self._show_unconfirmed()
        return findings

    def _deployer(self) -> Deployer:
        return Deployer(
            self.target.aws,
            read_settings().project_folder,
            WallClock(),
            self.target.pace_seconds,
            self._tell,
            self.target.account,
        )

    def _tell(self, event: ResourceEvent) -> None:
        """A line for what is done, or has failed; what has begun is seen by what it comes to."""
        self.output.emit("resource", **vars(event))
        if not event.status.endswith("_IN_PROGRESS"):
            line = in_words(event) if event.is_failure else f"{event.resource} {event.status}"
            self.output.note(f"  {line}")

    def _clear_the_way(self, deployer: Deployer) -> None:
        """What was left that nobody can update is put right, each with a yes of its own."""
        stacks = deployer.stacks(self.options.names)
        with self.output.waiting("looking at what is there"):
            obstacles = find_obstacles(stacks, self.options.names)
        for obstacle in obstacles:
            self._ask(obstacle.stack, obstacle.question)
            with self.output.waiting(f"{obstacle.remedy} {obstacle.stack}"):
                remove_obstacle(stacks, obstacle)

    def _ask(self, word: str, question: str) -> None:
        confirm(self.target, word, question, self.output, yes=self.consent.yes)

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
            untested=self.consent.untested,
            verified={finding.verdict for finding in findings} == {Verdict.VALID},
        )
        deployer.artifacts(self.options.names).put(record.key, record.content)

    def _show_unconfirmed(self) -> None:
        aws = self.target.aws
        for entry in subscriptions(aws, topic_arn(aws, self.options.names)):
            if not entry.confirmed:
                self.output.say(
                    f"{entry.address} gets nothing until it is confirmed: AWS has sent it a link, "
                    "which is good for two days"
                )
                self.output.emit("unconfirmed", address=entry.address, link=None)
