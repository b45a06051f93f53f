"""A function that reads queues in the simulator: each test creates the queues and mappings."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.simulator.conftest import NO_DURATIONS, START, Deployed
from wavetank.core.lambda_package import package_files
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.history import AttemptBegan, Event, EventOffered, EventSettled, Settlement, digest_of
from wavetank.scenario.timing.settings import Durations
from wavetank.simulation.run import Run, RunOptions

NAME = "queue-reader"
TIMEOUT_SECONDS = 20
SOURCE = b"""
import json, time
import boto3

def handler(event, context):
    failures = []
    for record in event["Records"]:
        wish = json.loads(record["body"]) if record["body"].startswith("{") else {}
        print(record["body"])
        if "sleep" in wish:
            time.sleep(wish["sleep"])  # virtual time: the function is slow
        if "send" in wish:
            boto3.client("sqs").send_message(QueueUrl=wish["send"], MessageBody="sent")
        if "again" in wish:
            sqs = boto3.client("sqs")
            sqs.send_message(QueueUrl=wish["again"], MessageBody=record["body"])
        if "receive" in wish:
            sqs = boto3.client("sqs")
            sqs.receive_message(QueueUrl=wish["receive"], WaitTimeSeconds=wish["wait"])
        if "delete" in wish:
            sqs = boto3.client("sqs")
            sqs.delete_message(QueueUrl=wish["delete"], ReceiptHandle=record["receiptHandle"])
        if "fail" in wish and int(record["attributes"]["ApproximateReceiveCount"]) <= wish["fail"]:
            failures.append(record["messageId"])
        if "answer" in wish:
            return wish["answer"]
    if failures and "raise" in event["Records"][0]["body"]:
        raise RuntimeError("on purpose")
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failures]}
"""
RECEIVE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def policy(*statements: dict[str, Any]) -> str:
    """The text of a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@dataclass
class QueueReader:
    """The function, and the queues and mappings that a test has created."""

    deployed: Deployed
    function: str
    role: str
    events: list[Event] = field(default_factory=list)
    _undo: ExitStack = field(default_factory=ExitStack)

    @property
    def aws(self) -> Any:
        """The simulator's clients."""
        return self.deployed.simulator.aws

    def queue(self, name: str, **attributes: str) -> str:
        """Create a queue; returns its URL."""
        url: str = self.aws.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self._undo.callback(self.aws.sqs.delete_queue, QueueUrl=url)
        return url

    def arn(self, url: str) -> str:
        """The ARN of a queue."""
        found = self.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def map(self, url: str, function: str = NAME, **settings: Any) -> str:
        """Map the queue to the function; returns the mapping's id."""
        made = self.aws.awslambda.create_event_source_mapping(
            EventSourceArn=self.arn(url), FunctionName=function, **settings
        )
        uuid: str = made["UUID"]
        self._undo.callback(self.aws.awslambda.delete_event_source_mapping, UUID=uuid)
        return uuid

    def send(self, url: str, *wishes: dict[str, Any] | str, **more: Any) -> None:
        """Send a message for each wish."""
        for wish in wishes:
            body = wish if isinstance(wish, str) else json.dumps(wish)
            self.aws.sqs.send_message(QueueUrl=url, MessageBody=body, **more)

    @contextmanager
    def run(
        self, seed: int = 1, *faults: Fault, durations: Durations = NO_DURATIONS
    ) -> Iterator[Run]:
        """A run with the faults for the body, then to its end; `events` has its history."""
        self.events.clear()
        options = RunOptions(
            scenario="queues",
            seed=seed,
            start=START,
            horizon=timedelta(),
            plan=FaultPlan(faults),
            durations=durations,
        )
        run = Run(self.deployed.simulator, options, self.events.append)
        with run.started():
            yield run
            run.end(START)

    def of[E: Event](self, kind: type[E]) -> list[E]:
        """The events of that kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def batches(self) -> list[tuple[float, int]]:
        """For each batch offered, the seconds since the start and the number of messages."""
        return [(_seconds(each), len(each.ids)) for each in self.of(EventOffered)]

    def attempts(self) -> list[float]:
        """The seconds since the start at which the function began."""
        return [_seconds(each) for each in self.of(AttemptBegan)]

    def settled(self) -> list[tuple[float, Settlement, int]]:
        """What became of messages: the seconds since the start, how, and how many."""
        found = self.of(EventSettled)
        return [(_seconds(each), each.settlement, len(each.ids)) for each in found]

    def break_code(self) -> Callable[[], None]:
        """Replace the function's newest code by one that fails; returns what restores it."""
        broken = package_files(NAME, {"function.py": b"def handler(*_): raise ValueError"}).content
        return self.deployed.simulator.replace_code(self.function, broken)

    def allow(self, *actions: str) -> None:
        """Give the function's role these permissions, and no others."""
        _allow(self.aws, self.role.rpartition("/")[2], *actions)

    def digest(self) -> str:
        """The digest of the last run."""
        return digest_of(self.events)

    def close(self) -> None:
        """Delete the queues and mappings."""
        self._undo.close()


def _seconds(event: Event) -> float:
    return (event.at - START).total_seconds()


@contextmanager
def deployed_function(
    deployed: Deployed, name: str, source: bytes | dict[str, bytes], *actions: str
) -> Iterator[tuple[str, str]]:
    """A function whose role may do the actions, and their ARNs; both are deleted afterwards.

    Its code is the file `function.py`, or these files.
    """
    aws: Any = deployed.simulator.aws
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]
    _allow(aws, name, *actions)
    files = source if isinstance(source, dict) else {"function.py": source}
    function = aws.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role["Arn"],
        Handler="function.handler",
        Timeout=TIMEOUT_SECONDS,
        Code={"ZipFile": package_files(name, files).content},
    )["FunctionArn"]
    yield function, role["Arn"]
    aws.awslambda.delete_function(FunctionName=name)
    aws.iam.delete_role_policy(RoleName=name, PolicyName="p")
    aws.iam.delete_role(RoleName=name)


@contextmanager
def queue_reader(deployed: Deployed) -> Iterator[QueueReader]:
    """The function that reads queues, with its role."""
    with deployed_function(deployed, NAME, SOURCE, *RECEIVE, "sqs:SendMessage") as arns:
        yield QueueReader(deployed, *arns)


def _allow(aws: Any, role: str, *actions: str) -> None:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    aws.iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=policy(statement))
