"""The fixture `sandbox`: the pipeline on a separate LocalStack, in wall time."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.observers import wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.errors import UsageError
from wavetank.core.schedule import scheduled_event
from wavetank.core.settings import search_path
from wavetank.core.suggestions import one_of
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions
from wavetank.pytest_plugin.resources import name_of
from wavetank.simulation.topology import scheduled_rules

RETRY_SECONDS = 1
"""Before the first asynchronous retry; AWS waits for 60 s, for which virtual time is better."""


@dataclass(frozen=True)
class LiveSandbox:
    """The fixture `sandbox`: the pipeline on LocalStack, with its rules disabled."""

    endpoint: str
    aws: AwsClients

    def name_of(self, logical_id: str) -> str:
        """The physical name of a resource of the templates.

        Raises:
            UsageError: no template has such a resource.
        """
        return name_of(self.aws, logical_id)

    def fire(self, rule: str | None = None) -> None:
        """Invokes the targets of the rule of that name, or of every scheduled rule.

        Raises:
            UsageError: the rule does not exist.
        """
        rules = {found.name: found for found in scheduled_rules(self.aws)}
        if rule is not None and rule not in rules:
            raise UsageError(*one_of("a scheduled rule: one of", rule, rules))
        due = floor_to_minute(WallClock().now())
        for found in rules.values() if rule is None else [rules[rule]]:
            event = json.dumps(scheduled_event(found.arn, due))
            for target in found.targets:
                self.aws.awslambda.invoke(
                    FunctionName=target.arn, InvocationType="Event", Payload=target.input or event
                )

    def deliver_now(self) -> None:
        """Makes every delivery stream deliver what it buffers.

        Raises:
            InfrastructureError: S3 did not accept all of it.
        """
        SandboxControls(self.endpoint).deliver_now()

    def messages(self) -> list[MailboxMessage]:
        """The e-mails that its topics sent."""
        return alerts(self.endpoint)

    def wait_until[T](
        self, observe: Callable[[], T], *, expected: str, within_seconds: float = 60.0
    ) -> T:
        """Observes repeatedly until the result is true, and returns it.

        Raises:
            ConditionTimeoutError: it was not in time.
        """
        return wait_until(
            observe,
            bool,
            expected=expected,
            hint="inspect the sandbox by its clients",
            within_seconds=within_seconds,
            clock=WallClock(),
        )


@contextmanager
def live_sandbox(pipeline: Pipeline, folder: Path) -> Iterator[LiveSandbox]:
    """LocalStack as a child process with the pipeline in it, for the duration of the body.

    Raises:
        UsageError: a part of the pipeline cannot be used.
        InfrastructureError: LocalStack does not come up, or the pipeline could not be deployed.
    """
    home, clock = SandboxFolder(folder), WallClock()
    options = LocalStackOptions(
        folder=home.path / "localstack",
        path=search_path(),
        retry_base_delay_seconds=RETRY_SECONDS,
        confirm_emails=True,
    )
    with home.owned():
        child = start_localstack(home, options, clock)
        try:
            aws = sandbox_clients(child.endpoint)
            pipeline.deploy(aws, clock, simulated=False)
            pipeline.begin(aws, clock.now())
            yield LiveSandbox(child.endpoint, aws)
        finally:
            child.stop()
