"""A queue, a function and a table: what a fault changes in the end state, without an invariant."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.simulator.conftest import START, Deployed
from tests.simulator.queues import RECEIVE, deployed_function
from wavetank.aws.clients import AwsClients
from wavetank.core.findings import Finding, Verdict
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.faults.event_sources import DuplicateBatch
from wavetank.faults.fault import Fault
from wavetank.faults.functions import HandlerCrash, Side
from wavetank.faults.plan import FaultPlan
from wavetank.faults.ticks import MissedTick
from wavetank.history import TableSnapshot
from wavetank.invariants import Convergence, Invariant, NothingLost
from wavetank.scenario.model import Scenario
from wavetank.scenario.workload.kinds import SendMessage
from wavetank.simulation.end_state import EndStateReader
from wavetank.simulation.reference_run import ReferenceRuns
from wavetank.simulation.run import Run
from wavetank.simulation.runner import RunResult, RunSpec, simulate

NAME = "tally"
SOURCE = b"""
import json, time
import boto3

def handler(event, context):
    table = boto3.resource("dynamodb").Table("tally")
    for record in event["Records"]:
        order = json.loads(record["body"])
        if order["kind"] == "set":
            item = {"id": order["id"], "amount": order["amount"], "at": int(time.time())}
            table.put_item(Item=item)
        else:
            table.update_item(
                Key={"id": order["id"]},
                UpdateExpression="ADD amount :n",
                ExpressionAttributeValues={":n": order["amount"]},
            )
"""
WRITE = ("dynamodb:PutItem", "dynamodb:UpdateItem")


@dataclass(frozen=True)
class TallyPipeline(TemplatesPipeline):
    """What the tests deploy by themselves, checked as a user's templates are."""

    def begin(self, aws: AwsClients, start: datetime, initial: TableSnapshot | None = None) -> None:
        del aws, start, initial

    def invariants(self) -> list[Invariant]:
        return [NothingLost(), Convergence(self.may_differ)]

    def options(self) -> Mapping[str, str]:
        return {}


@dataclass(frozen=True)
class Tally:
    """The function behind a queue, and its table."""

    deployed: Deployed

    def run(
        self,
        kind: str,
        *faults: Fault,
        may_differ: tuple[str, ...] = (),
        references: ReferenceRuns | None = None,
    ) -> RunResult:
        """Send three orders, of which the second is hit by the faults, and drain."""
        body = json.dumps({"kind": kind, "id": "{{ key }}", "amount": 5})
        orders = SendMessage(target=NAME, count=3, keys=3, body=body)
        scenario = Scenario(
            name="test",
            description="A test's own.",
            horizon=timedelta(minutes=3),
            plan=FaultPlan(faults),
            workloads=(orders,),
        )
        pipeline = TallyPipeline(
            template=self.deployed.pipeline.shipped_folder, may_differ=may_differ
        )
        spec = RunSpec(scenario=scenario, seed=1)
        return simulate(self.deployed.simulator, pipeline, spec, None, references=references)

    def finding(self, kind: str, *faults: Fault, may_differ: tuple[str, ...] = ()) -> Finding:
        """The verdict on the end state."""
        (finding,) = (
            each
            for each in self.run(kind, *faults, may_differ=may_differ).findings
            if each.key == Convergence.key
        )
        return finding


@pytest.fixture(scope="module")
def tally(deployed: Deployed) -> Iterator[Tally]:
    """The function, its queue and its table; the baseline has them for this module's tests."""
    simulator = deployed.simulator
    aws: Any = simulator.aws
    simulator.reset()
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    kinds = [{"AttributeName": "id", "AttributeType": "S"}]
    aws.dynamodb.create_table(
        TableName=NAME,
        KeySchema=keys,
        AttributeDefinitions=kinds,
        BillingMode="PAY_PER_REQUEST",
    )
    attributes = {"VisibilityTimeout": "60"}
    url = aws.sqs.create_queue(QueueName=NAME, Attributes=attributes)["QueueUrl"]
    queue = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    with deployed_function(deployed, NAME, SOURCE, *RECEIVE, *WRITE):
        mapping = aws.awslambda.create_event_source_mapping(
            EventSourceArn=queue["Attributes"]["QueueArn"], FunctionName=NAME, BatchSize=1
        )
        simulator.take_baseline()
        yield Tally(deployed)
        aws.awslambda.delete_event_source_mapping(UUID=mapping["UUID"])
    simulator.reset()
    aws.sqs.delete_queue(QueueUrl=url)
    aws.dynamodb.delete_table(TableName=NAME)
    simulator.take_baseline()


MINUTE = timedelta(minutes=1)
CRASH = HandlerCrash(function=NAME, after=timedelta(), lasts=MINUTE, side=Side.AFTER, occurrence=2)


def test_a_second_effect_of_a_redelivery_is_found(tally: Tally) -> None:
    """The function dies after it has counted the order, and counts it again."""
    finding = tally.finding("add", CRASH)
    assert finding.verdict is Verdict.INVALID
    assert 'amount "10" became "15"' in finding.evidence, finding
    first, second = finding.evidence.split("written by ")[1].split(", then by ")
    assert first.startswith("attempt 1 of tally, request ")
    order = " (of event 3 of workload 1)"
    assert first.endswith(f", which ended by crash after handler-crash{order}")
    assert second.endswith(order)


def test_the_handler_that_is_not_idempotent_is_named(tally: Tally) -> None:
    """If the faults only repeat events, the second run of a function is the cause."""
    finding = tally.finding("add", DuplicateBatch(after=timedelta(), lasts=MINUTE))
    assert finding.evidence.startswith("tally is not idempotent, its events were repeated: ")


def test_a_handler_that_sets_what_it_should_converges(tally: Tally) -> None:
    """The time at which it did may differ."""
    finding = tally.finding("set", CRASH)
    assert finding.verdict is Verdict.VALID
    assert "1 but for instants and random ids" in finding.evidence


def test_the_code_that_was_deployed_is_no_part_of_the_state(deployed: Deployed) -> None:
    """Else a run that leaves nothing would have something to compare."""
    state = EndStateReader(deployed.simulator).read(START, is_reference=False)
    buckets = {each.name for each in state if each.kind == "bucket"}
    assert buckets == {deployed.names.bucket}


def test_a_run_without_faults_or_with_missing_ticks_is_not_compared(tally: Tally) -> None:
    """A reference would be the same run, or have another workload."""
    for faults in ((), (MissedTick(after=MINUTE, lasts=MINUTE),)):
        assert tally.finding("set", *faults).verdict is Verdict.NOT_EXERCISED


def test_fields_that_may_differ_are_left_out(tally: Tally) -> None:
    """As the project's settings name them."""
    finding = tally.finding("add", CRASH, may_differ=("tally.amount",))
    assert finding.verdict is Verdict.VALID
    assert "1 ignored by tally.amount" in finding.evidence


def test_runs_that_differ_in_faults_alone_share_a_reference(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made once, and the digest is that of a run that made its own."""
    made: list[bool] = []
    execute = Run.execute

    def counted(run: Run) -> None:
        made.append(True)
        execute(run)

    monkeypatch.setattr(Run, "execute", counted)
    references = ReferenceRuns()
    faults = (CRASH, replace(CRASH, occurrence=1))
    shared = [tally.run("add", fault, references=references).digest for fault in faults]
    assert len(made) == 3
    assert shared == [tally.run("add", fault).digest for fault in faults]
    assert len(made) == 3 + 4
