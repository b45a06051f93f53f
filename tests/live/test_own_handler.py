"""Somebody's own script as the streaming function: the assignment's, in ways to fill it in."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.live.conftest import ADDRESS, MakePipeline, Pipeline
from tests.live.drills import drill_site
from tests.live.hosts import PROJECT, Host
from tests.waiting import wait_until_seen
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import delivered_objects
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import alerts
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.errors import FunctionFailedError
from wavetank.deployment.custom_handler import ENTRY_POINT, CustomHandler, read_custom_handler
from wavetank.deployment.deployed import deployed_pipelines
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.faults.functions import BrokenDeployment
from wavetank.inspection.requirements import check_requirements
from wavetank.live.drill.function_drill import run_drill
from wavetank.live.running_sandbox import attach
from wavetank.ticker.contract import RECORDS_PER_TICK
from wavetank.ticker.observers import read_prices, read_records
from wavetank.ticker.records import Sample

ORIGINAL = PROJECT / "tests" / "handlers" / "original" / "streaming.py"
BATCH = "firehose.put_record_batch(DeliveryStreamName=STREAM_NAME, Records=batch)"
ONE_BY_ONE = (
    "for record in batch:\n"
    "            data = {'Data': record['Data'] + '\\n'}\n"
    "            firehose.put_record(DeliveryStreamName=STREAM_NAME, Record=data)"
)
APPEND = 'batch.append({"Data": text})'
EACH_KEPT = (
    f"{APPEND}\n"
    "            table.put_item(Item={'TickerName': ticker, 'Price': Decimal(str(last[ticker]))})\n"
    "        indices = read_indices(table)"
)


@dataclass(frozen=True)
class Scripted:
    """A pipeline with a script in it."""

    pipeline: Pipeline
    handler: CustomHandler

    def tick(self) -> None:
        """Makes this minute's."""
        minute = floor_to_minute(WallClock().now())
        StreamingInvoker(self.pipeline.aws, self.pipeline.names).fire_and_wait(minute)

    def records(self) -> list[Sample]:
        """All that were made, once they are delivered."""
        aws, bucket = self.pipeline.aws, self.pipeline.names.bucket
        assert aws.endpoint is not None
        SandboxControls(aws.endpoint).deliver_now()
        found = delivered_objects(aws, bucket)
        return [record for entry in found for record in read_records(aws, bucket, entry.key)]


def scripted(pipeline: Pipeline, folder: Path, *changes: tuple[str, str]) -> Scripted:
    """Deploys the assignment's script onto the pipeline, under its names, with changes."""
    text = ORIGINAL.read_text()
    names = pipeline.names
    named = (
        ("DEDOREXP-streaming-dynamodb", names.table),
        ("dedorexp-deliverystream", names.delivery_stream),
    )
    for before, after in (*named, *changes):
        assert before in text
        text = text.replace(before, after)
    path = folder / "script.py"
    path.write_text(text)
    handler = read_custom_handler(path, names)
    pipeline.deployer.deploy(replace(pipeline.options, handler=handler))
    return Scripted(pipeline, handler)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param((), id="as-handed-out"),
        pytest.param(((APPEND, EACH_KEPT),), id="each-price-kept"),
        pytest.param(((BATCH, ONE_BY_ONE),), id="one-by-one-with-ends-of-line"),
    ],
)
def test_the_script_ticks_and_its_records_are_read_back(
    make_pipeline: MakePipeline, tmp_path: Path, changes: tuple[tuple[str, str], ...]
) -> None:
    """With the rights that it gets, whichever way it has of keeping prices and putting records."""
    script = scripted(make_pipeline(), tmp_path, *changes)
    script.tick()
    script.tick()
    records = script.records()
    assert set(Counter(record.ticker for record in records).values()) == {8}
    last = {record.ticker: record.price for record in sorted(records, key=lambda r: r.instant)}
    prices = read_prices(script.pipeline.aws, script.pipeline.names.table)
    assert {price.ticker: price.price for price in prices} == last


def test_the_drill_breaks_a_script_and_puts_it_back(
    localstack: Host, make_pipeline: MakePipeline, tmp_path: Path
) -> None:
    """Its own bytes run again afterwards, and what the assignment asks is found as it should be."""
    script = scripted(make_pipeline(), tmp_path)
    aws, names = script.pipeline.aws, script.pipeline.names

    site = drill_site(aws, names, localstack.endpoint, tmp_path)
    result = run_drill(site, BrokenDeployment, lambda _: None)
    assert "NameError" in result.alert.text
    function = aws.awslambda.get_function_configuration(FunctionName=names.streaming_function)
    assert function["CodeSha256"] == script.handler.package.code_sha256
    assert len(script.records()) == RECORDS_PER_TICK

    record = SandboxRecord(engine=Engine.ATTACHED, endpoint=localstack.endpoint, log="")
    findings = check_requirements(attach(record, names, (ADDRESS,)).checked())
    broken = [f.requirement for f in findings if not f.verdict.passes]
    assert broken == ["fires every 60 seconds"]  # deployed with it off


def test_a_script_that_fails_is_retried_and_alerted(
    localstack: Host, make_pipeline: MakePipeline, tmp_path: Path
) -> None:
    """`exit(1)` ends the process, which is a failure to Lambda like any other."""
    script = scripted(make_pipeline(), tmp_path, (BATCH, "raise ClientError({}, 'PutRecordBatch')"))
    names = script.pipeline.names
    with pytest.raises(FunctionFailedError, match=r"Runtime\.ExitError"):
        script.tick()
    StreamingInvoker(script.pipeline.aws, names).fire(floor_to_minute(WallClock().now()))
    function = names.streaming_function
    found = wait_until_seen(
        lambda: [m for m in alerts(localstack.endpoint) if function in m.text], bool, "an alert"
    )
    assert "Attempts:    3" in found[0].text
    assert script.records() == []


def test_a_deployment_without_the_script_takes_its_rights_away(
    make_pipeline: MakePipeline, tmp_path: Path
) -> None:
    """The stack says whose function it is, until the shipped one runs, with the least rights."""
    pipeline = make_pipeline()
    script = scripted(pipeline, tmp_path)
    aws, names = pipeline.aws, pipeline.names

    def deployed() -> CustomHandler | None:
        (found,) = [p for p in deployed_pipelines(aws) if p.names == names]
        return found.handler.read(aws, names) if found.handler else None

    def rights() -> list[str]:
        return aws.iam.list_role_policies(RoleName=f"{names.streaming_function}-role")[
            "PolicyNames"
        ]

    kept = deployed()
    assert kept is not None
    assert (kept.package, kept.entry_point) == (script.handler.package, ENTRY_POINT)
    assert "own-handler" in rights()
    assert pipeline.deployer.deploy(replace(pipeline.options, handler=kept)).changed_stacks == ()

    pipeline.deployer.deploy(pipeline.options)
    assert deployed() is None
    assert "own-handler" not in rights()
    minute = floor_to_minute(WallClock().now())
    assert StreamingInvoker(aws, names).fire_and_wait(minute)["records"] == RECORDS_PER_TICK
