"""Events that services push, in virtual time: rules, topics, buckets, log groups, destinations."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.pipelines.harbour import HARBOUR
from tests.simulator.conftest import START, Deployed
from tests.simulator.stacks import delete
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.deployment.pipelines.user_pipeline import DEFAULT_STACK
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    Event,
    EventOffered,
    EventUndelivered,
    MessageSent,
    ObjectDelivered,
    Outcome,
    TableSnapshot,
    Trigger,
    digest_of,
)
from wavetank.history.events import OK
from wavetank.simulation.run import Run, RunOptions

NOTHING = timedelta()
OF_LOCALSTACK = ("cloudwatch", "events-process", "s3_ev", "sns_pub", "target-retries")
"""How the names of threads begin that deliver in real time."""
WEATHER: Any = {
    "kind": {"DataType": "String", "StringValue": "weather"},
    "knots": {"DataType": "Number", "StringValue": "12"},
}
GHOST: Any = {"kind": {"DataType": "String", "StringValue": "ghost"}}

type Call = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Harbour:
    """The simulator with the harbour deployed, and the physical id of each resource."""

    simulator: Simulator
    ids: Mapping[str, str]

    def arn(self, function: str) -> str:
        """The ARN of a function."""
        return f"arn:aws:lambda:eu-west-1:000000000000:function:{self.ids[function]}"

    def run(self, *calls: Call, function: str = "Ship", **more: Any) -> list[Event]:
        """A run in which a handler makes the calls; returns its events."""
        events: list[Event] = []
        self.simulator.reset()
        options = RunOptions(scenario="harbour", seed=1, start=START, horizon=NOTHING)
        run = Run(self.simulator, options, events.append)
        with run.started():
            run.invoke(self.arn(function), {"calls": calls, **more})
            run.end(START)
        return events

    def messages(self, queue: str) -> list[str]:
        """The bodies of the messages in a queue, at the time of the run: old ones expire."""
        with self.simulator.frozen_at(START):
            found = self.simulator.aws.sqs.receive_message(
                QueueUrl=self.ids[queue], MaxNumberOfMessages=10
            )
        return [message["Body"] for message in found.get("Messages", [])]

    def entries(self, events: list[Event]) -> list[Any]:
        """The events that the function for them has entered."""
        *_, last = (event for event in events if isinstance(event, TableSnapshot))
        return [json.loads(item["event"]) for item in last.items]


@pytest.fixture(scope="module")
def harbour(deployed: Deployed) -> Iterator[Harbour]:
    """The simulator with the harbour deployed; deleted afterwards."""
    simulator = deployed.simulator
    simulator.reset()
    HARBOUR.deploy(simulator.aws, WallClock())
    simulator.take_baseline()
    found = simulator.aws.cloudformation.describe_stack_resources(StackName=DEFAULT_STACK)
    resources = found["StackResources"]
    assert {resource["ResourceStatus"] for resource in resources} == {"CREATE_COMPLETE"}
    yield Harbour(simulator, {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources})
    simulator.reset()
    delete(simulator.aws, DEFAULT_STACK)
    simulator.take_baseline()


def of[E: Event](events: list[Event], kind: type[E]) -> list[E]:
    """The events of that kind, in order."""
    return [event for event in events if isinstance(event, kind)]


def put(bucket: str, key: str) -> Call:
    """A call that stores an object."""
    return "s3", "put_object", {"Bucket": bucket, "Key": key, "Body": "x"}


def entry(source: str, kind: str, bus: str = "default", **detail: Any) -> Call:
    """A call that puts one event on a bus."""
    made = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
    return "events", "put_events", {"Entries": [{**made, "EventBusName": bus}]}


def publish(topic: str, message: str, attributes: Any = None, **more: Any) -> Call:
    """A call that publishes a message."""
    given = {"TopicArn": topic, "Message": message, **more}
    return "sns", "publish", given | ({"MessageAttributes": attributes} if attributes else {})


def lines(*texts: str) -> tuple[Call, Call]:
    """The calls that put the lines into the log group."""
    stream = {"logGroupName": "/aws/events/lighthouse", "logStreamName": "north"}
    milliseconds = int(START.timestamp() * 1000)
    events = [{"timestamp": milliseconds, "message": text} for text in texts]
    put_events = {**stream, "logEvents": events}
    return ("logs", "create_log_stream", stream), ("logs", "put_log_events", put_events)


def offered(events: list[Event], trigger: Trigger) -> list[EventOffered]:
    """What the trigger offered to functions, each with a successful attempt."""
    begun = {e.request for e in of(events, AttemptBegan) if e.trigger is trigger}
    ended = {e.request for e in of(events, AttemptEnded) if e.outcome is Outcome.SUCCESS}
    found = [e for e in of(events, EventOffered) if e.request in begun]
    assert {e.request for e in found} == begun & ended
    return found


def test_a_bucket_invokes_a_function_for_the_keys_of_its_filter(harbour: Harbour) -> None:
    """With the key as S3 encodes it, and sequencers in the order of the puts."""
    quay = harbour.ids["Quay"]
    keys = ("in/a b.json", "in/c.txt", "out/d.json", "in/e.json")
    events = harbour.run(*(put(quay, key) for key in keys))
    found = offered(events, Trigger.BUCKET)
    assert [event.source for event in found] == [f"arn:aws:s3:::{quay}"] * 2
    records = [entry["Records"][0]["s3"]["object"] for entry in harbour.entries(events)]
    by_key = {record["key"]: record["sequencer"] for record in records}
    assert sorted(by_key) == ["in/a+b.json", "in/e.json"]
    assert [event.ids for event in found] == [(by_key["in/a+b.json"],), (by_key["in/e.json"],)]
    assert by_key["in/a+b.json"] < by_key["in/e.json"]
    assert len({record["versionId"] for record in records}) == 2


def test_a_bucket_notifies_a_queue_a_topic_and_eventbridge(harbour: Harbour) -> None:
    """A rule matches the event of S3, with its key as it is; it also has a schedule."""
    shed = harbour.ids["Shed"]
    remove: Call = ("s3", "delete_object", {"Bucket": shed, "Key": "a b"})
    events = harbour.run(put(shed, "a b"), remove)
    bodies = harbour.messages("Stores")
    assert '{"kind": "Object Created","key": "a b"}' in [b.replace(', "', ',"') for b in bodies]
    names = [json.loads(b)["Records"][0]["eventName"] for b in bodies if "Records" in b]
    assert names == ["ObjectCreated:Put"]
    assert len(of(events, MessageSent)) == 0  # the topic's filters want attributes


def test_a_rule_of_a_custom_bus_invokes_a_function(harbour: Harbour) -> None:
    """For events that its pattern matches, with the event's id in the history."""
    bus = harbour.ids["Orders"]
    heavy, light = entry("ship", "Moored", bus, tons=101), entry("ship", "Moored", bus, tons=100)
    events = harbour.run(heavy, light)
    (found,) = offered(events, Trigger.RULE)
    (entered,) = harbour.entries(events)
    assert found.ids == (entered["id"],)
    assert (entered["detail"], entered["time"]) == ({"tons": 101}, "2026-11-24T10:00:00Z")


def test_a_rule_sends_to_streams_a_log_group_and_another_bus(harbour: Harbour) -> None:
    """Each gets the event; on the other bus a rule matches it again."""
    events = harbour.run(entry("ship", "Sighted far out", name="Argo", tons=500))
    (entered,) = harbour.entries(events)
    assert entered["detail"]["name"] == "Argo"
    aws, delivered = harbour.simulator.aws, of(events, ObjectDelivered)
    assert [json.loads(text)["source"] for text in delivered[0].records] == ["ship"]
    streams = aws.logs.describe_log_streams(logGroupName="/aws/events/lighthouse")["logStreams"]
    assert len(streams) == 1
    (record,) = _records(harbour, "Tide")
    assert record["PartitionKey"] == "Argo"


def _records(harbour: Harbour, stream: str) -> list[Any]:
    """The records of a stream's first shard, at the time of the run: older ones are forgotten."""
    aws = harbour.simulator.aws
    kinesis = aws.session.client("kinesis", endpoint_url=aws.endpoint, config=aws.config)
    shard: Any = {"StreamName": harbour.ids[stream], "ShardId": "shardId-000000000000"}
    with harbour.simulator.frozen_at(START):
        found = kinesis.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")
        records: list[Any] = kinesis.get_records(ShardIterator=found["ShardIterator"])["Records"]
    return records


def test_lambda_puts_its_records_on_a_bus(harbour: Harbour) -> None:
    """Of successes and of failures, as events that rules match by their detail type."""
    harbour.run()
    harbour.messages("Outcomes")
    harbour.run()
    assert harbour.messages("Outcomes") == ['"Lambda Function Invocation Result - Success"']
    harbour.run(fails=True)
    assert harbour.messages("Outcomes") == ['"Lambda Function Invocation Result - Failure"']


def test_undelivered_events_reach_the_dead_letter_queue(harbour: Harbour) -> None:
    """Of a rule and of a subscription whose queue's policy is missing; no retry helps."""
    bus, radio = harbour.ids["Orders"], harbour.ids["Radio"]
    events = harbour.run(entry("ghost", "Seen", bus), publish(radio, "boo", GHOST))
    lost = of(events, EventUndelivered)
    assert [(e.reason, e.retries, e.dead_letter) for e in lost] == [("NO_PERMISSIONS", 0, OK)] * 2
    bodies = [json.loads(body) for body in harbour.messages("Lost")]
    assert {body.get("source", body.get("Message")) for body in bodies} == {"ghost", "boo"}


def test_a_topic_reaches_what_its_filters_select(harbour: Harbour) -> None:
    """A function and a URL by attributes, a delivery stream by its role, a queue by the body."""
    radio = harbour.ids["Radio"]
    events = harbour.run(
        publish(radio, "storm", WEATHER, Subject="gale"),
        publish(radio, '{"cargo": "fish"}'),
        publish(radio, '{"cargo": 7}'),
    )
    (found,) = offered(events, Trigger.TOPIC)
    (entered,) = harbour.entries(events)
    assert found.ids == (entered["Records"][0]["Sns"]["MessageId"],)
    assert harbour.messages("Stores") == ['{"cargo": "fish"}']
    (posted,) = of(events, MessageSent)
    assert (posted.address, posted.subject) == ("https://harbour.example.com/radio", "gale")
    assert json.loads(posted.text)["Message"] == "storm"
    (delivered,) = of(events, ObjectDelivered)
    assert [json.loads(text)["Message"] for text in delivered.records] == ["storm"]


def test_a_fifo_topic_accepts_a_message_once_in_five_minutes(harbour: Harbour) -> None:
    """For a queue that is not FIFO too; after a reset it is new."""
    topic = harbour.ids["Queue1"]
    once = publish(topic, "tide", MessageGroupId="a")
    for _ in range(2):
        harbour.run(once, once)
        assert harbour.messages("Stores") == ["tide"]


def test_a_subscription_filter_invokes_a_function(harbour: Harbour) -> None:
    """For the lines that match, of what a handler puts into the group."""
    events = harbour.run(*lines("WRECK ahead", "calm"))
    (found,) = offered(events, Trigger.LOG_GROUP)
    (entered,) = harbour.entries(events)
    assert [line["message"] for line in entered["logEvents"]] == ["WRECK ahead"]
    assert found.ids == tuple(line["id"] for line in entered["logEvents"])


def test_a_function_invokes_another_asynchronously(harbour: Harbour) -> None:
    """By Lambda's API, in virtual time; what does not exist is refused."""
    given = {"InvocationType": "Event", "Payload": '{"to": "pilot"}'}
    call: Call = ("lambda", "invoke", {"FunctionName": harbour.ids["Pilot"], **given})
    events = harbour.run(call, ("lambda", "invoke", {"FunctionName": "none", **given}))
    (found,) = offered(events, Trigger.FUNCTION)
    assert (harbour.entries(events), found.source) == ([{"to": "pilot"}], harbour.arn("Ship"))
    (failed,) = [e for e in of(events, AttemptEnded) if e.error_type]
    assert failed.error_type == "ResourceNotFoundException"


def test_every_trigger_has_the_same_digest_again(harbour: Harbour) -> None:
    """Ids of events and messages included, which the function enters; and no thread delivers."""
    ids = harbour.ids
    calls = (
        put(ids["Quay"], "in/a.json"),
        put(ids["Shed"], "b"),
        entry("ship", "Sighted near", tons=200, name="Argo"),
        publish(ids["Radio"], "storm", WEATHER),
        publish(ids["Queue1"], "tide", MessageGroupId="a"),
        *lines("WRECK ahead"),
        ("lambda", "invoke", {"FunctionName": ids["Pilot"], "InvocationType": "Event"}),
    )
    first, second = harbour.run(*calls), harbour.run(*calls)
    assert len(harbour.entries(first)) == 5
    assert digest_of(first) == digest_of(second)
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith(OF_LOCALSTACK)]


def test_a_recursive_loop_is_named(harbour: Harbour) -> None:
    """After the sixteen invocations at which Lambda stops it too."""
    with pytest.raises(UsageError) as caught:
        harbour.run(put("harbour-whirlpool", "a"))
    swirl = f"function {harbour.ids['Swirl']}"
    loop = f"bucket harbour-whirlpool -> {swirl} -> bucket harbour-whirlpool, 16 times"
    assert loop in str(caught.value)


def test_parameters_and_secrets_are_those_of_the_template(harbour: Harbour) -> None:
    """Also after a run that changed one."""
    expected = {"parameter": "12", "secret": "open sesame"}
    for _ in range(2):
        events = harbour.run(function="Settings", expected=expected)
        assert [event.outcome for event in of(events, AttemptEnded)] == [Outcome.SUCCESS]
