"""Queues, and the functions that they trigger: AWS's behaviours, as they are seen."""

import json
from typing import Any

from tests.archives import FILE, zipped
from tests.fidelity.ground import ALLOW_ALL, Ground, answer_to, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters

AREA = Area("SQS")
GUIDE, LAMBDA = "SQS developer guide", "Lambda developer guide"
EVENT_SECONDS_MAX = 20.0
FORWARD = """
import json, os, boto3
def handler(event, context):
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=os.environ["ANSWERS"], MessageBody=json.dumps(event["Records"]))
"""


def _queue(ground: Ground, suffix: str = "", **attributes: str) -> str:
    name = f"test-{unique_letters()}{suffix}"
    made = ground.aws.sqs.create_queue(QueueName=name, Attributes=attributes)  # type: ignore[arg-type]  # names are checked by SQS
    return made["QueueUrl"]


def _arn(url: str, ground: Ground) -> str:
    return ground.arn("sqs", url.rpartition("/")[2])


def _function(ground: Ground, *statements: dict[str, Any], answers: str = "") -> str:
    """A new function that forwards its records to the queue `answers`; returns its name."""
    name = f"test-{unique_letters()}"
    ground.aws.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ground.role(*(statements or (ALLOW_ALL,))),
        Handler="function.handler",
        Timeout=20,
        Code={"ZipFile": zipped([("function.py", FILE, FORWARD)])},
        Environment={"Variables": {"ANSWERS": answers}},
    )

    def state() -> str:
        return ground.aws.awslambda.get_function_configuration(FunctionName=name)["State"]

    happens(state, lambda found: found == "Active", within_seconds=EVENT_SECONDS_MAX)
    return name


def _map(ground: Ground, url: str, function: str, **settings: Any) -> str:
    lambda_: Any = ground.aws.awslambda
    made = lambda_.create_event_source_mapping(
        EventSourceArn=_arn(url, ground), FunctionName=function, **settings
    )
    return str(made["UUID"])


def _received(ground: Ground, url: str, mapping: str, count: int) -> list[list[Any]]:
    """The records of each invocation, until they are that many; the mapping is deleted then."""
    found: list[list[Any]] = []

    def look() -> int:
        answer = ground.aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        found.extend(json.loads(each["Body"]) for each in answer.get("Messages", []))
        return sum(map(len, found))

    happens(look, lambda seen: seen >= count, within_seconds=EVENT_SECONDS_MAX)
    ground.aws.awslambda.delete_event_source_mapping(UUID=mapping)
    return found


@AREA.row(
    "a mapping of a queue whose visibility timeout is shorter than the function's timeout",
    aws="InvalidParameterValueException",
    localstack="done",
    source=f"{LAMBDA}: services-sqs-configure",
)
def _short_visibility_is_refused(ground: Ground) -> str:
    url, function = _queue(ground, VisibilityTimeout="19"), _function(ground)
    return answer_to(lambda: _map(ground, url, function))


@AREA.row(
    "a mapping of a queue for a function whose role may not receive from it",
    aws="InvalidParameterValueException",
    localstack="done",
    source=f"{LAMBDA}: services-sqs-configure",
)
def _missing_permission_is_refused(ground: Ground) -> str:
    allow = {"Effect": "Allow", "Action": ["sqs:Get*", "sqs:Delete*"], "Resource": "*"}
    url, function = _queue(ground), _function(ground, allow)
    return answer_to(lambda: _map(ground, url, function))


@AREA.row(
    "the body of a message that is JSON, in the function's event",
    aws="as it was sent",
    localstack="written anew",
    source=f"{LAMBDA}: with-sqs",
)
def _bodies_are_as_sent(ground: Ground) -> str:
    url, answers = _queue(ground), _queue(ground)
    mapping = _map(ground, url, _function(ground, answers=answers))
    body = '{"price":1.50}'
    ground.aws.sqs.send_message(QueueUrl=url, MessageBody=body)
    ((record,),) = _received(ground, answers, mapping, 1)
    return "as it was sent" if record["body"] == body else "written anew"


@AREA.row(
    "messages of two groups of a FIFO queue, in a batch",
    aws="1 event",
    localstack="2 events",
    source=f"{LAMBDA}: services-sqs-scaling",
)
def _a_batch_has_several_groups(ground: Ground) -> str:
    url = _queue(ground, ".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    answers = _queue(ground)
    for group in ("a", "b"):
        ground.aws.sqs.send_message(QueueUrl=url, MessageBody=group, MessageGroupId=group)
    mapping = _map(ground, url, _function(ground, answers=answers))
    events = _received(ground, answers, mapping, 2)
    return f"{len(events)} event{'s' * (len(events) > 1)}"


@AREA.row(
    "a message of a FIFO queue whose visibility timeout ends before that of an earlier one",
    aws="it is visible again",
    localstack="it waits for the other",
    source=f"{GUIDE}: sqs-visibility-timeout",
)
def _groups_return_independently(ground: Ground) -> str:
    url = _queue(ground, ".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    sqs = ground.aws.sqs
    for group, seconds in (("a", 30), ("b", 1)):
        sqs.send_message(QueueUrl=url, MessageBody=group, MessageGroupId=group)
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=seconds)
    seen = happens(
        lambda: sqs.receive_message(QueueUrl=url).get("Messages"),
        lambda messages: messages is not None,
        within_seconds=4.0,
    )
    return "it is visible again" if seen else "it waits for the other"
