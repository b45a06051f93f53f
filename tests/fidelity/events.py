"""EventBridge and its targets: AWS's behaviours, as they are seen."""

import json
from typing import Any

from tests.fidelity.ground import ALLOW_ALL, Ground, answer_to, happens, policy
from tests.fidelity.row import Area
from tests.live.names import unique_letters

AREA = Area("EventBridge")
GUIDE = "EventBridge user guide: "
SOON_SECONDS = 1.0


class Queue:
    """A queue that EventBridge, or another service, may send to, if it is open."""

    def __init__(
        self, ground: Ground, *, is_open: bool = True, service: str = "events", **attributes: Any
    ) -> None:
        self._sqs = ground.aws.sqs
        name = f"test-{unique_letters()}" + (".fifo" if attributes else "")
        given: Any = attributes
        self.url = self._sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"]
        self.arn = ground.arn("sqs", f"{name}")
        if is_open:
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": self.arn,
            }
            self._sqs.set_queue_attributes(
                QueueUrl=self.url, Attributes={"Policy": policy(statement)}
            )
        self._found: list[Any] = []

    def messages(self) -> list[Any]:
        """The messages so far."""
        answer = self._sqs.receive_message(
            QueueUrl=self.url, MessageAttributeNames=["All"], AttributeNames=["All"]
        )
        self._found += answer.get("Messages", [])
        return self._found

    def attributes(self) -> dict[str, str]:
        """The attributes of the first message, once there is one; none without a message."""
        if not happens(self.messages, bool, SOON_SECONDS):
            return {}
        found = self._found[0].get("MessageAttributes", {})
        return {name: value["StringValue"] for name, value in found.items()}

    def body(self) -> str:
        """The body of the first message, once there is one; `lost` without a message."""
        return self._found[0]["Body"] if happens(self.messages, bool, SOON_SECONDS) else "lost"


def _rule(ground: Ground, arn: str, **settings: Any) -> str:
    """A rule with one target, for the events of its own source."""
    name = f"test-{unique_letters()}"
    ground.aws.events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    target: Any = {"Id": "target", "Arn": arn, **settings}
    ground.aws.events.put_targets(Rule=name, Targets=[target])
    return name


def _put(ground: Ground, rule: str, **detail: Any) -> None:
    entry: Any = {"Source": rule, "DetailType": "test", "Detail": json.dumps(detail)}
    ground.aws.events.put_events(Entries=[entry])


def _code_of_undelivered(ground: Ground, arn: str, **settings: Any) -> str:
    """The code in the dead-letter queue for an event that the target does not get."""
    dead = Queue(ground)
    _put(ground, _rule(ground, arn, DeadLetterConfig={"Arn": dead.arn}, **settings))
    return dead.attributes().get("ERROR_CODE", "no message")


@AREA.row(
    "the dead-letter queue after a target refused an event",
    aws="ERROR_CODE, ERROR_MESSAGE, RETRY_ATTEMPTS, RULE_ARN, TARGET_ARN",
    localstack="no message",
    source=GUIDE + "eb-rule-dlq",
)
def _undelivered_events_are_in_a_queue(ground: Ground) -> str:
    dead = Queue(ground)
    target = Queue(ground, is_open=False)
    _put(ground, _rule(ground, target.arn, DeadLetterConfig={"Arn": dead.arn}))
    return ", ".join(sorted(dead.attributes())) or "no message"


@AREA.row(
    "the dead-letter queue, with a policy of no retries",
    aws="MaximumRetryAttempts after 0 retries",
    localstack="no message",
    source="EventBridge API: RetryPolicy; " + GUIDE + "eb-rule-retry-policy",
)
def _a_policy_without_retries_ends_at_once(ground: Ground) -> str:
    dead = Queue(ground)
    rule = _rule(
        ground,
        ground.arn("sqs", "none"),
        DeadLetterConfig={"Arn": dead.arn},
        RetryPolicy={"MaximumRetryAttempts": 0},
    )
    _put(ground, rule)
    found = dead.attributes()
    if not found:
        return "no message"
    return f"{found['EXHAUSTED_RETRY_CONDITION']} after {found['RETRY_ATTEMPTS']} retries"


@AREA.row(
    "an event for a queue that does not exist",
    aws="NO_RESOURCE, without a retry",
    localstack="no message, without a retry",
    source=GUIDE + "eb-rule-dlq",
)
def _missing_targets_are_not_retried(ground: Ground) -> str:
    found = _code_of_undelivered(ground, ground.arn("sqs", "none"))
    return f"{found}, without a retry"


@AREA.row(
    "a Firehose target whose role may not put records",
    aws="NO_PERMISSIONS",
    localstack="no message",
    source=GUIDE + "eb-use-identity-based",
)
def _targets_are_called_with_their_role(ground: Ground) -> str:
    stream, _ = ground.stream()
    arn = ground.arn("firehose", f"deliverystream/{stream}")
    return _code_of_undelivered(ground, arn, RoleArn=ground.role(service="events"))


@AREA.row(
    "a log group as a target, without a resource policy",
    aws="NO_PERMISSIONS",
    localstack="no message",
    source=GUIDE + "eb-use-resource-based",
)
def _log_groups_need_a_policy(ground: Ground) -> str:
    name = f"/test/{unique_letters()}"
    ground.aws.logs.create_log_group(logGroupName=name)
    return _code_of_undelivered(ground, ground.arn("logs", f"log-group:{name}"))


def _transformed(ground: Ground, template: str, **detail: Any) -> str:
    queue = Queue(ground)
    transformer = {"InputPathsMap": {"value": "$.detail.value"}, "InputTemplate": template}
    _put(ground, _rule(ground, queue.arn, InputTransformer=transformer), **detail)
    return queue.body()


@AREA.row(
    "a value with a quotation mark in a template for an object",
    aws='{"said":"\\"hi\\""}',
    localstack="lost",
    source=GUIDE + "eb-transform-target-input",
)
def _quotation_marks_stay_in_values(ground: Ground) -> str:
    return _transformed(ground, '{"said":"<value>"}', value='"hi"')


@AREA.row(
    "the value 0 in a template for an object",
    aws='{"count":0}',
    localstack='{"count":""}',
    source=GUIDE + "eb-transform-target-input",
)
def _zero_stays_in_values(ground: Ground) -> str:
    return _transformed(ground, '{"count":<value>}', value=0)


@AREA.row(
    "a path without a value in a template for an object",
    aws='{"value":""}',
    localstack='{"value":""}',
    source=GUIDE + "eb-transform-target-input",
)
def _missing_values_are_empty(ground: Ground) -> str:
    return _transformed(ground, '{"value":<value>}')


@AREA.row(
    "a template of text without quotation marks",
    aws="ValidationException",
    localstack="done",
    source=GUIDE + "eb-transform-target-input, Common Issues",
)
def _templates_of_text_need_quotation_marks(ground: Ground) -> str:
    transformer = {"InputTemplate": "the rule <aws.events.rule-name>"}
    arn = ground.arn("sqs", "none")
    return answer_to(lambda: _rule(ground, arn, InputTransformer=transformer))


@AREA.row(
    "a Kinesis target without a role",
    aws="ValidationException",
    localstack="done",
    source="EventBridge API: PutTargets",
)
def _streams_need_a_role(ground: Ground) -> str:
    return answer_to(lambda: _rule(ground, ground.arn("kinesis", "stream/none")))


@AREA.row(
    "an event that matches a disabled rule",
    aws="lost",
    localstack="delivered",
    source="EventBridge API: DisableRule",
)
def _disabled_rules_do_not_match(ground: Ground) -> str:
    queue = Queue(ground)
    rule = _rule(ground, queue.arn)
    ground.aws.events.disable_rule(Name=rule)
    _put(ground, rule)
    return "lost" if queue.body() == "lost" else "delivered"


@AREA.row(
    "a FIFO queue as a target",
    aws="in the target's message group",
    localstack="in the target's message group",
    source="EventBridge API: SqsParameters",
)
def _fifo_queues_get_the_group(ground: Ground) -> str:
    queue = Queue(ground, FifoQueue="true", ContentBasedDeduplication="true")
    _put(ground, _rule(ground, queue.arn, SqsParameters={"MessageGroupId": "group"}))
    happens(queue.messages, bool)
    (message,) = queue.messages()
    assert message["Attributes"]["MessageGroupId"] == "group"
    return "in the target's message group"


@AREA.row(
    "a second bus as a target",
    aws="its rules get the event",
    localstack="its rules get the event",
    source=GUIDE + "eb-bus-to-bus",
)
def _events_pass_to_another_bus(ground: Ground) -> str:
    events, queue, name = ground.aws.events, Queue(ground), f"test-{unique_letters()}"
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    pattern = json.dumps({"detail": {"value": [1]}})
    events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)
    target: Any = {"Id": "target", "Arn": queue.arn}
    events.put_targets(Rule=name, EventBusName=name, Targets=[target])
    _put(ground, _rule(ground, bus, RoleArn=ground.role(ALLOW_ALL, service="events")), value=1)
    assert json.loads(queue.body())["detail"] == {"value": 1}
    return "its rules get the event"


@AREA.row(
    "an event of a bus in which another rule was refused a sixth target",
    aws="delivered",
    localstack="lost",
    source="EventBridge API: PutTargets, LimitExceededException",
)
def _a_refused_target_loses_no_event(ground: Ground) -> str:
    events, queue, bus = ground.aws.events, Queue(ground), f"test-{unique_letters()}"
    events.create_event_bus(Name=bus)
    for rule in ("a", "b"):
        pattern = json.dumps({"source": ["test"]})
        events.put_rule(Name=f"{bus}-{rule}", EventBusName=bus, EventPattern=pattern)
    many: Any = [{"Id": f"{number}", "Arn": queue.arn} for number in range(6)]
    refused = answer_to(lambda: events.put_targets(Rule=f"{bus}-a", EventBusName=bus, Targets=many))
    assert refused == "LimitExceededException"
    target: Any = {"Id": "target", "Arn": queue.arn}
    events.put_targets(Rule=f"{bus}-b", EventBusName=bus, Targets=[target])
    entry: Any = {"Source": "test", "DetailType": "test", "Detail": "{}", "EventBusName": bus}
    events.put_events(Entries=[entry])
    return "delivered" if happens(queue.messages, bool, SOON_SECONDS) else "lost"


@AREA.row(
    "a target whose ARN is not one",
    aws="ValidationException",
    localstack="InternalError",
    source="EventBridge API: PutTargets; Target, Arn",
)
def _an_invalid_arn_is_refused(ground: Ground) -> str:
    name = f"test-{unique_letters()}"
    ground.aws.events.create_event_bus(Name=name)  # LocalStack alone stores the target
    pattern = json.dumps({"source": [name]})
    ground.aws.events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)
    target: Any = {"Id": "target", "Arn": "target"}
    return answer_to(
        lambda: ground.aws.events.put_targets(Rule=name, EventBusName=name, Targets=[target])
    )


@AREA.row(
    "a rule whose pattern has a text where an array must be",
    aws="InvalidEventPatternException",
    localstack="done",
    source="EventBridge API: PutRule, InvalidEventPatternException",
)
def _an_invalid_pattern_is_refused(ground: Ground) -> str:
    name, pattern = f"test-{unique_letters()}", json.dumps({"source": "test"})
    ground.aws.events.create_event_bus(Name=name)  # LocalStack alone loses each of its events
    return answer_to(
        lambda: ground.aws.events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)
    )


@AREA.row(
    "PutEvents with the source aws.s3",
    aws="NotAuthorizedForSourceException",
    localstack="done",
    source="EventBridge API: PutEventsResultEntry; " + GUIDE + "eb-events-structure",
)
def _only_services_have_sources_of_services(ground: Ground) -> str:
    entry: Any = {"Source": "aws.s3", "DetailType": "test", "Detail": "{}"}
    (result,) = ground.aws.events.put_events(Entries=[entry])["Entries"]
    return result.get("ErrorCode", "done")


def _matches(ground: Ground, pattern: object, detail: object) -> str:
    """Whether an event with the detail matches the pattern of a detail."""
    event = {
        "id": "1",
        "account": ground.account,
        "source": "test",
        "time": "2026-11-30T12:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail-type": "test",
        "detail": detail,
    }
    wanted = json.dumps({"detail": pattern})
    result = ground.aws.events.test_event_pattern(EventPattern=wanted, Event=json.dumps(event))
    return "match" if result["Result"] else "no match"


@AREA.row(
    "a wildcard where the event has no further text",
    aws="match",
    localstack="no match",
    source=GUIDE + "eb-create-pattern-operators",
)
def _wildcards_may_be_empty(ground: Ground) -> str:
    return _matches(ground, {"name": [{"wildcard": "ship*"}]}, {"name": "ship"})


@AREA.row(
    "a pattern of two fields that are in different elements of an array",
    aws="no match",
    localstack="match",
    source="event-ruler: README, JSON Array Matching",
)
def _elements_of_arrays_are_not_mixed(ground: Ground) -> str:
    parts = [{"name": "bolt", "size": 1}, {"name": "nut", "size": 2}]
    return _matches(ground, {"parts": {"name": ["bolt"], "size": [2]}}, {"parts": parts})


@AREA.row(
    "a pattern of 1 and an event with true",
    aws="no match",
    localstack="match",
    source=GUIDE + "eb-event-patterns",
)
def _true_is_no_number(ground: Ground) -> str:
    return _matches(ground, {"flag": [1]}, {"flag": True})
