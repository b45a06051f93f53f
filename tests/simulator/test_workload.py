"""Workloads in virtual time: what is sent when, its record, and its effect on the pipeline."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies

from tests.documents import blocks
from tests.simulator.conftest import Deployed
from tests.simulator.queues import NAME, QueueReader, queue_reader
from tests.simulator.runs import run_scenario
from wavetank.core.errors import UsageError
from wavetank.history import (
    AttemptBegan,
    Event,
    EventOffered,
    ObjectDelivered,
    RunBegan,
    Trigger,
    WorkloadSent,
)
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
from wavetank.pytest_plugin.virtual_clock import VirtualClock
from wavetank.scenario.model import Scenario
from wavetank.scenario.parser import parse_scenario
from wavetank.simulation.runner import START

pytestmark = pytest.mark.usefixtures("resources")
BUCKET = "workload-uploads"
HEAD = 'description = "x"\nhorizon = "2m"\nseed = 3\n'


@pytest.fixture(scope="module")
def reader(deployed: Deployed) -> Iterator[QueueReader]:
    """A function that reads queues."""
    with queue_reader(deployed) as made:
        yield made
        made.close()


@pytest.fixture(scope="module")
def resources(reader: QueueReader) -> Iterator[None]:
    """One resource of each kind, which no template has."""
    aws: Any = reader.aws
    with ExitStack() as stack:
        for queue in ("orders", "orders.fifo", "Orders"):
            fifo = {"FifoQueue": "true"} if queue.endswith(".fifo") else {}
            url = aws.sqs.create_queue(QueueName=queue, Attributes=fifo)["QueueUrl"]
            stack.callback(aws.sqs.delete_queue, QueueUrl=url)
            if queue == "orders":
                reader.map(url)
        where = {"LocationConstraint": "eu-west-1"}
        aws.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        stack.callback(aws.s3.delete_bucket, Bucket=BUCKET)
        topic = aws.sns.create_topic(Name="workload-news")["TopicArn"]
        stack.callback(aws.sns.delete_topic, TopicArn=topic)
        keys = [{"AttributeName": "id", "KeyType": "HASH"}]
        kinds = [{"AttributeName": "id", "AttributeType": "N"}]
        aws.dynamodb.create_table(
            TableName="things",
            KeySchema=keys,
            AttributeDefinitions=kinds,
            BillingMode="PAY_PER_REQUEST",
        )
        stack.callback(aws.dynamodb.delete_table, TableName="things")
        yield


def scenario(*workloads: str) -> Scenario:
    """A scenario with these tables."""
    text = HEAD + "".join(f"[[workload]]\n{each}\n" for each in workloads)
    return parse_scenario("load", text, "load.toml")


def sent(events: tuple[Event, ...]) -> list[WorkloadSent]:
    """What was sent."""
    return [each for each in events if isinstance(each, WorkloadSent)]


def test_every_kind_reaches_its_service(deployed: Deployed, reader: QueueReader) -> None:
    """By name or logical id, and returns ids; two runs of one seed have one digest."""
    table = 'body = \'{"id": {{ number }}, "is": [true, null, 1.5, {"a": "b"}]}\''
    every = scenario(
        'kind = "send-message"\ntarget = "orders"\ncount = 2\nbody = "{{ uuid }}"',
        'kind = "send-message"\ntarget = "orders.fifo"\ncount = 2\nbody = "same"\nkeys = 1',
        'kind = "put-object"\ntarget = "workload-uploads"\ncount = 1\nkey = "in/{{ key }}.txt"',
        'kind = "put-events"\ntarget = "default"\ncount = 1\nbody = "{}"\nsource = "shop"',
        'kind = "put-record"\ntarget = "DeliveryStream"\ncount = 1\nbody = "[]"',
        f'kind = "put-item"\ntarget = "things"\ncount = 1\n{table}',
        'kind = "publish"\ntarget = "workload-news"\ncount = 1\nbody = "hello"',
        f'kind = "invoke"\ntarget = "{NAME}"\ncount = 1\nbody = \'{{"Records": []}}\'',
    )
    first, second = (run_scenario(deployed, every, seed=3) for _ in range(2))
    assert first.result.digest == second.result.digest
    found = sorted(sent(first.events), key=lambda each: (each.workload, each.number))
    assert [(each.workload, each.outcome) for each in found] == [
        (number, "ok") for number in (1, 1, 2, 2, 3, 4, 5, 6, 7, 8)
    ]
    assert all(each.ids for each in found)
    assert found[4].ids == ("in/key-1.txt",)
    item = reader.aws.dynamodb.get_item(TableName="things", Key={"id": {"N": "1"}})["Item"]
    assert item["is"] == {
        "L": [{"BOOL": True}, {"NULL": True}, {"N": "1.5"}, {"M": {"a": {"S": "b"}}}]
    }
    offered = [one for each in first.of(EventOffered) for one in each.ids]
    assert sorted(offered) == sorted(one for each in found[:2] for one in each.ids)
    invoked = [each.request for each in first.of(AttemptBegan) if each.trigger is Trigger.WORKLOAD]
    assert invoked == list(found[-1].ids)
    (delivered,) = [each for each in first.of(ObjectDelivered) if "[]" in each.records]
    assert delivered.records.count("[]") == 1


def test_actions_come_when_they_are_due(deployed: Deployed) -> None:
    """Within their window, with keys that collide; without a duration until the rules stop."""
    load = scenario(
        'kind = "send-message"\ntarget = "orders"\nrate = "4 per minute"\nbegins = "30s"\n'
        'duration = "1m"\nkeys = 2\nbody = "{{ key }}"',
        'kind = "put-object"\ntarget = "workload-uploads"\nrate = "1 per minute"',
    )
    run = run_scenario(deployed, load, seed=3)
    messages = [each for each in sent(run.events) if each.workload == 1]
    seconds = [(each.at - START).total_seconds() for each in messages]
    assert seconds == [30, 45, 60, 75]
    assert [each.body for each in messages] == [each.key for each in messages]
    assert {each.key for each in messages} == {"key-1", "key-2"}
    objects = [each.at - START for each in sent(run.events) if each.workload == 2]
    assert objects == [timedelta(minutes=number) for number in range(3)]
    (began,) = run.of(RunBegan)
    assert json.loads(began.options["workload"])[0]["rate"] == "4 per minute"


def test_the_example_of_the_documents_is_sent(deployed: Deployed) -> None:
    """Its bodies are what they look like."""
    (text,) = blocks("docs/scenarios.md", "toml orders")
    example = parse_scenario("orders", text.replace('"Uploads"', f'"{BUCKET}"'), "orders.toml")
    found = sent(run_scenario(deployed, example).events)
    assert {each.outcome for each in found} == {"ok"}
    orders = [json.loads(each.body) for each in found if each.workload == 1]
    assert 300 < len(orders) < 420
    assert {each["customer"] for each in orders} == {f"key-{number}" for number in range(1, 6)}
    imports = [each for each in found if each.workload == 2]
    assert [each.ids[0] for each in imports][:2] == [
        "imports/2030-01-01T00:00:00Z.csv",
        "imports/2030-01-01T00:10:00Z.csv",
    ]


def test_an_event_of_a_service_of_aws_is_sent(deployed: Deployed) -> None:
    """PutEvents accepts such a source from the service only, for which the workload stands."""
    table = 'kind = "put-events"\ntarget = "default"\ncount = 1\nbody = "{}"\nsource = "aws.ec2"'
    (event,) = sent(run_scenario(deployed, scenario(table)).events)
    assert (event.outcome, len(event.ids)) == ("ok", 1)


def test_a_refused_call_is_recorded(deployed: Deployed) -> None:
    """By its error code; the run goes on."""
    load = scenario(
        'kind = "put-item"\ntarget = "things"\ncount = 1\nbody = \'{"other": 1}\'',
        'kind = "send-message"\ntarget = "orders"\ncount = 1\nbegins = "1s"\nbody = "x"',
    )
    refused, accepted = sent(run_scenario(deployed, load).events)
    assert (refused.outcome, refused.ids) == ("ValidationException", ())
    assert accepted.outcome == "ok"


@pytest.mark.parametrize(
    ("kind", "target", "message"),
    [
        (
            "send-message",
            "ordres",
            "a queue as the target of send-message: one of .*did you mean orders",
        ),
        ("invoke", "PriceTable", "found PriceTable, which is AWS::DynamoDB::Table; choose another"),
        ("put-object", "things", "a bucket as the target of put-object"),
    ],
)
def test_a_wrong_target_is_refused(
    deployed: Deployed, kind: str, target: str, message: str
) -> None:
    """Before anything is sent, with what there is."""
    load = scenario(f'kind = "{kind}"\ntarget = "{target}"\ncount = 1\nbody = "1"')
    with pytest.raises(UsageError, match=message):
        run_scenario(deployed, load)


def test_a_test_sends_a_workload(simulator: SimulatorFixture) -> None:
    """In each further run, after what its scenario sends, with what its functions compute."""
    simulator.workload(
        "send-message", "orders", rate="6 per minute", duration="1m", body=lambda number: [number]
    )
    simulator.workload("put-object", BUCKET, count=2, body={"key": "{{ key }}"})
    for _ in range(2):
        found = simulator.run(minutes=1).of(WorkloadSent)
        bodies = [each.body for each in found if each.workload == 1]
        assert bodies == [f"[{number}]" for number in range(1, 7)]
        assert {each.body for each in found if each.workload == 2} == {
            '{"key": "key-1"}',
            '{"key": "key-2"}',
        }


def test_a_strategy_is_drawn_from_the_seed(simulator: SimulatorFixture) -> None:
    """Of the run, so that another seed sends something else."""
    simulator.workload("put-object", BUCKET, count=5, body=strategies.integers())
    runs = [simulator.run(minutes=1, seed=seed) for seed in (1, 1, 2)]
    bodies = [[each.body for each in run.of(WorkloadSent)] for run in runs]
    assert len(bodies[0]) == 5
    assert bodies[0] == bodies[1] != bodies[2]


def test_a_workload_begins_in_a_run_in_progress(
    virtual_clock: VirtualClock, simulator: SimulatorFixture
) -> None:
    """From the present instant on, until the end."""
    virtual_clock.advance(seconds=10)
    simulator.workload("send-message", "orders", rate="1 per minute", begins="5s", body="x")
    virtual_clock.advance(seconds=70)
    seconds = [(each.at - START).total_seconds() for each in virtual_clock.of(WorkloadSent)]
    assert seconds == [15, 75]
    with pytest.raises(UsageError, match="did you mean orders"):
        simulator.workload("send-message", "order", count=1, body="x")
    assert len(virtual_clock.finish().of(WorkloadSent)) == 2


def test_mistakes_of_a_test_are_errors(simulator: SimulatorFixture) -> None:
    """As in a scenario; and a window must end within the run."""
    with pytest.raises(UsageError, match="did you mean send-message"):
        simulator.workload("send-mesage", "orders", count=1, body="x")
    with pytest.raises(UsageError, match="`body` to be a text"):
        simulator.workload("send-message", "orders", count=1, body=3)  # type: ignore[arg-type]  # on purpose
    simulator.workload("send-message", "orders", count=1, begins="5m", body="x")
    with pytest.raises(UsageError, match="every workload within the horizon of 1m"):
        simulator.run(minutes=1)
