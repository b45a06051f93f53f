"""A stack in a sandbox: any pipeline that was deployed from templates, by whichever tool."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.aws.invoker import invoke_function
from wavetank.aws.observers import pending_confirmations
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts
from wavetank.core.clock import Clock, floor_to_minute, rfc3339
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding
from wavetank.core.iam_report import RoleReport
from wavetank.core.reporter import Reporter
from wavetank.core.text import pluralize
from wavetank.deployment.stack_waiter import find_stack
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.inspection.access.bucket_access import PROBE_PREFIX
from wavetank.inspection.access.role_policies import role_reports
from wavetank.inspection.sandbox_watcher import is_of_topics
from wavetank.inspection.schedules import scheduled_calls
from wavetank.inspection.stack_checks import check_stack
from wavetank.inspection.stack_resources import (
    BUCKET,
    FUNCTION,
    ROLE,
    TOPIC,
    PipelineStacks,
    pipeline_stacks,
)
from wavetank.inspection.stack_watcher import StackWatcher
from wavetank.live.change_targets import stack_target
from wavetank.live.changed_target import ChangedTarget
from wavetank.live.sandbox_pipeline import PipelineStatus
from wavetank.live.sandbox_records import memory_mb


@dataclass(frozen=True, kw_only=True)
class StackCounts:
    """Counts of a stack in a sandbox: attempts since LocalStack's start, objects, alerts."""

    stack_status: str
    functions: int
    attempts: int
    failed: int
    objects: int
    alerts: int
    memory_mb: int | None


@dataclass(frozen=True)
class StackSandbox:
    """A pipeline of templates in a sandbox: the stack named `stem`."""

    record: SandboxRecord
    stem: str
    aws: AwsClients
    clock: Clock

    def stacks(self) -> PipelineStacks:
        """The stack and the one of its storage, with their resources."""
        return pipeline_stacks(self.aws, self.stem)

    def schedule(self) -> str:
        """Its schedules."""
        calls = list(scheduled_calls(self.stacks()))
        if not calls:
            return "without a schedule"
        return ", ".join(sorted({f"{call.name} {call.expression}" for call in calls}))

    def watcher(self) -> StackWatcher:
        """A watcher of attempts, objects and alerts."""
        return StackWatcher(self.aws, self.stem, self.record.endpoint, self.clock)

    def status(self) -> PipelineStatus:
        """The state of the stack, and the counts."""
        counts = self._counts()
        memory = f", {counts.memory_mb} MB resident" if counts.memory_mb is not None else ""
        return PipelineStatus(
            title=f"{self.stem} at {self.record.endpoint} ({self.record.engine}), "
            f"log: {self.record.log}",
            state=f"stack {counts.stack_status}, {pluralize(counts.functions, 'function')}, "
            f"{pluralize(counts.attempts, 'attempt')} since the start, {counts.failed} failed, "
            f"{pluralize(counts.objects, 'object')}, {pluralize(counts.alerts, 'alert')}{memory}",
            values=asdict(counts),
        )

    def fire(self, reporter: Reporter) -> None:
        """Invokes the target of the only schedule with the event that it would get."""
        stacks = self.stacks()
        calls = list(scheduled_calls(stacks))
        if len(calls) != 1:
            functions = ", ".join(sorted(each.logical_id for each in stacks.of(FUNCTION)))
            found = pluralize(len(calls), "schedule")
            raise UsageError("one schedule to fire", found, f"name a function: {functions}")
        (call,) = calls
        minute = floor_to_minute(self.clock.now())
        with reporter.waiting(f"invoking {call.function}"):
            result = invoke_function(self.aws, call.function, call.event(minute))
        reporter.say(f"{call.name} at {rfc3339(minute)}: {json.dumps(result)}")
        reporter.emit("invoked", schedule=call.name, function=call.function, result=result)

    def findings(self) -> Iterable[Finding]:
        """Whether what any pipeline needs is as it should be."""
        return check_stack(self.stacks(), self.record.endpoint)

    def role_reports(self) -> list[RoleReport]:
        """For each role of the stacks, its permissions and those it used since the start."""
        found = SandboxControls(self.record.endpoint).access_uses() or []
        return role_reports(self.aws, self.stacks().names(ROLE), found)

    def wait_until_checkable(self, reporter: Reporter) -> None:
        """Nothing to wait for: a check delivers what streams buffer itself."""
        del reporter

    def pending_confirmations(self) -> list[MailboxMessage]:
        """The confirmation messages of its topics that no one has answered."""
        return [
            message
            for topic in self.stacks().names(TOPIC)
            for message in pending_confirmations(self.aws, topic, self.record.endpoint)
        ]

    def target(self) -> ChangedTarget:
        """The stack as the target of temporary changes."""
        return stack_target(self.record, self.stacks())

    def _counts(self) -> StackCounts:
        controls, stacks = SandboxControls(self.record.endpoint), self.stacks()
        functions, topics = stacks.names(FUNCTION), stacks.names(TOPIC)
        attempts = [
            each for each in controls.attempts()["attempts"] if each["function"] in functions
        ]
        sent = [each for each in alerts(self.record.endpoint) if is_of_topics(each, topics)]
        description = find_stack(self.aws.cloudformation, self.stem)
        return StackCounts(
            stack_status=description["StackStatus"] if description else "missing",
            functions=len(functions),
            attempts=len(attempts),
            failed=sum(each["status"] != "success" for each in attempts),
            objects=sum(_objects(controls.bucket(bucket)) for bucket in stacks.names(BUCKET)),
            alerts=len(sent),
            memory_mb=memory_mb(self.record),
        )


def _objects(held: dict[str, Any]) -> int:
    """The objects of a bucket, without those of a probe of access."""
    probes = [each for each in held["newest"] if each["key"].startswith(PROBE_PREFIX)]
    return int(held["objects"]) - len(probes)
