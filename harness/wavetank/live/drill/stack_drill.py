"""A drill of any function in a sandbox: break it, see where its failure is reported, restore it.

The function gets one asynchronous event while it is broken, as from a schedule or a topic. Lambda
retries it, and then reports the failure to the function's destination or dead-letter queue. What
is awaited is that report: a message in the queue, an e-mail of the topic, an invocation of the
function that is the destination.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import alerts
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.resource_name import service_of
from wavetank.core.text import pluralize
from wavetank.faults.fault import StateFault
from wavetank.history import Outcome
from wavetank.inspection.sandbox_watcher import is_of_topics
from wavetank.inspection.stack_checks.queues import failure_destinations
from wavetank.live.changed_target import ChangedTarget

DRILL = "drill"
"""The name of a drill's fault in the journal."""
RETRIES_DELAY = 3
"""In base delays: Lambda's two retries wait one and two of them."""
MARGIN_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class StackDrillResult:
    """The result of a drill of any function; times are in seconds.

    `reported` says where the failure was reported; empty if the function has no destination.
    """

    function: str
    attempts: int
    error: str
    reported: str
    answer: object
    seconds: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class StackDrill:
    """A drill of one function, given by its deployed name, with an event."""

    target: ChangedTarget
    endpoint: str
    function: str
    event: str
    retry_base_delay_seconds: int

    @property
    def _aws(self) -> AwsClients:
        return self.target.aws

    @property
    def _clock(self) -> Clock:
        return self.target.clock

    def run(self, kind: type[StateFault], say: Callable[[str], None]) -> StackDrillResult:
        """Breaks the function, waits for the report of its failure, restores it, and invokes it.

        Raises:
            ConditionTimeoutError: the failure was not reported in time.
            InfrastructureError: the restored function fails, or could not be restored.
            UsageError: another drill is in progress, or has left a change.
        """
        marks = [self._clock.monotonic()]
        reports = self._reports()
        before = {label: count() for label, count in reports.items()}
        with self.target.journal.held():
            self.target.require_unchanged()
            fault = kind(after=timedelta(), function=self.function)  # type: ignore[call-arg]  # every kind of FUNCTION_KINDS has it
            with self.target.injected(DRILL, fault) as changes:
                say("; ".join(change.describe() for change in changes))
                marks.append(self._clock.monotonic())
                attempts, reported = self._fail(reports, before, say)
                marks.append(self._clock.monotonic())
        say(f"restored {self.function} as it was deployed")
        marks.append(self._clock.monotonic())
        answer = self._invoke_restored()
        marks.append(self._clock.monotonic())
        steps = [later - earlier for earlier, later in pairwise(marks)]
        names = ("broken", "reported", "restored", "succeeding")
        return StackDrillResult(
            function=self.function,
            attempts=len(attempts),
            error=attempts[-1]["error"] if attempts else "",
            reported=reported,
            answer=answer,
            seconds=dict(zip(names, steps, strict=True)),
        )

    def _fail(
        self,
        reports: Mapping[str, Callable[[], int]],
        before: Mapping[str, int],
        say: Callable[[str], None],
    ) -> tuple[list[dict[str, Any]], str]:
        """The attempts at the event, and where its failure was reported."""
        answer = self._aws.awslambda.invoke(
            FunctionName=self.function, InvocationType="Event", Payload=self.event
        )
        request = answer["ResponseMetadata"]["RequestId"]
        delay = f"Lambda's two retries take {RETRIES_DELAY * self.retry_base_delay_seconds} s"
        if not reports:
            say(f"invoked; it has no failure destination, so its attempts are awaited; {delay}")
            return self._all_attempts(request), ""
        say(f"invoked; waiting for the report in {' or '.join(reports)}; {delay}")
        label = self._waited(
            lambda: next((n for n, count in reports.items() if count() > before[n]), None),
            f"a report of the failure in {' or '.join(reports)}",
        )
        return self._attempts(request), str(label)

    def _all_attempts(self, request: str) -> list[dict[str, Any]]:
        retries = 2  # Lambda's default for asynchronous events
        self._waited(
            lambda: len(self._attempts(request)) > retries, f"{retries + 1} failed attempts"
        )
        return self._attempts(request)

    def _attempts(self, request: str) -> list[dict[str, Any]]:
        found = SandboxControls(self.endpoint).attempts()["attempts"]
        return [
            each
            for each in found
            if each["request"] == request and each["status"] != Outcome.SUCCESS
        ]

    def _waited[T](self, observe: Callable[[], T], expected: str) -> T:
        return wait_until(
            observe,
            bool,
            expected=expected,
            hint=f"see ./wavetank logs --function {self.function}, and ./wavetank check",
            within_seconds=RETRIES_DELAY * self.retry_base_delay_seconds + MARGIN_SECONDS,
            clock=self._clock,
        )

    def _invoke_restored(self) -> object:
        answer = self._aws.awslambda.invoke(FunctionName=self.function, Payload=self.event)
        payload: object = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            log = f"./wavetank logs --function {self.function}"
            action = f"give an --event that it succeeds with; see {log}"
            raise InfrastructureError("the restored function to succeed", f"{payload}", action)
        return payload

    def _reports(self) -> dict[str, Callable[[], int]]:
        """For each place to which Lambda reports failures of the function, a count of reports."""
        found = {}
        for arn in failure_destinations(self._aws, self.function):
            service, name = service_of(arn), arn.rpartition(":")[2]
            match service:
                case "sqs":
                    found[f"queue {name}"] = self._queue_counter(name)
                case "sns":
                    found[f"topic {name}"] = self._topic_counter(arn)
                case "lambda":
                    found[f"function {name}"] = self._function_counter(arn)
        return found

    def _queue_counter(self, name: str) -> Callable[[], int]:
        url = self._aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]

        def count() -> int:
            found = self._aws.sqs.get_queue_attributes(
                QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
            )
            return int(found["Attributes"]["ApproximateNumberOfMessages"])

        return count

    def _topic_counter(self, arn: str) -> Callable[[], int]:
        return lambda: sum(is_of_topics(each, [arn]) for each in alerts(self.endpoint))

    def _function_counter(self, arn: str) -> Callable[[], int]:
        name = arn.partition(":function:")[2].partition(":")[0]
        return lambda: sum(
            each["function"] == name
            for each in SandboxControls(self.endpoint).attempts()["attempts"]
        )


def drill_text(result: StackDrillResult) -> str:
    """The result in a line."""
    seen = f"{pluralize(result.attempts, 'attempt')} failed"
    if result.error:
        seen += f" with {result.error}"
    where = f"reported in {result.reported}" if result.reported else "reported nowhere"
    return f"{seen}; {where} after {result.seconds['reported']:.1f} s"
