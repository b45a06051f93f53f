"""Sources over S3 and the functions' logs: a sandbox by its address, AWS by the bucket's name."""

import gzip
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.live.conftest import MakePipeline, Pipeline
from tests.live.hosts import PROJECT, Host
from tests.live.names import unique_letters
from tests.live.place import Place
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.reporting.analysis.arrivals import delays
from wavetank.reporting.analysis.failures import (
    alerts,
    attempts,
    failures,
    first_text,
    function_activity,
)
from wavetank.reporting.analysis.function_events import NO_MAILBOX, NO_PIPELINE
from wavetank.reporting.analysis.notebook import read_notebook
from wavetank.reporting.analysis.records import read_deliveries, unread
from wavetank.reporting.analysis.source import open_source

TOO_OLD = timedelta(hours=3)
"""The handler refuses a tick so far behind its table, as often as Lambda tries it."""
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def drilled(make_pipeline: MakePipeline, localstack: Host) -> Pipeline:
    """A pipeline with two ticks delivered, and between them a failed one with its alert."""
    made = make_pipeline()
    trigger = StreamingInvoker(made.aws, made.names)
    minute = floor_to_minute(WallClock().now())
    trigger.fire_and_wait(minute - MINUTE)
    request = trigger.fire(minute - TOO_OLD)
    wait_until_seen(
        lambda: _texts(localstack, made),
        lambda texts: any(request in text for text in texts),
        "the alert",
    )
    trigger.fire_and_wait(minute)
    SandboxControls(localstack.endpoint).deliver_now()
    return made


def _texts(localstack: Host, made: Pipeline) -> list[str]:
    source = open_source(f"{localstack.endpoint}/{made.names.bucket}")
    return alerts(source.activity(WallClock().now() - TOO_OLD))["text"].to_list()


@pytest.fixture
def bucket(aws: AwsClients) -> Iterator[str]:
    """A bucket that is no pipeline's delivery bucket."""
    name = f"test-{unique_letters().lower()}"
    place = {"LocationConstraint": "eu-west-1"}
    aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)  # type: ignore[arg-type]  # a literal
    yield name
    for entry in aws.s3.list_objects_v2(Bucket=name).get("Contents", []):
        aws.s3.delete_object(Bucket=name, Key=entry["Key"])
    aws.s3.delete_bucket(Bucket=name)


def test_a_failure_in_a_sandbox_is_found_in_its_logs_and_mailbox(
    drilled: Pipeline, localstack: Host
) -> None:
    """Three attempts, exhausted, an alert to the confirmed address, and a later tick."""
    source = open_source(f"{localstack.endpoint}/{drilled.names.bucket}")
    deliveries = read_deliveries(source)
    assert delays(deliveries.records).height == 40
    activity = function_activity(source, deliveries)
    assert activity.not_available == ()
    failed = failures(activity).row(-1, named=True)
    assert (failed["attempts"], failed["given_up"], failed["alerted_ticks"]) == (3, 1, 1)
    assert failed["recovered"] is not None
    assert alerts(activity)["address"].to_list() == [drilled.options.addresses[0]]
    assert attempts(activity)["tick"].drop_nulls().n_unique() == 1


def test_a_notebook_reads_a_sandbox(drilled: Pipeline, localstack: Host) -> None:
    """By its address and bucket alone, in a process of its own."""
    source = f"{localstack.endpoint}/{drilled.names.bucket}"
    notebook = read_notebook(PROJECT / "notebooks" / "03_failure_drill.ipynb")
    done = notebook.reading(source).executed()
    shown = [str(output) for cell in done.node.cells for output in cell.get("outputs", [])]
    assert any("has everything." in text for text in shown)
    assert any("The record as Lambda sent it" in text for text in shown)


def test_whatever_is_in_a_bucket_is_read_or_named(
    aws: AwsClients, bucket: str, localstack: Host
) -> None:
    """Another pipeline's records, a compressed object, and one that cannot be read."""
    aws.s3.put_object(Bucket=bucket, Key="2026/11/a", Body=b'{"gauge": "north", "level": 1}\n')
    aws.s3.put_object(Bucket=bucket, Key="2026/11/b", Body=gzip.compress(b"x"))
    aws.s3.put_object(Bucket=bucket, Key="2026/11/c", Body=b"x", StorageClass="GLACIER")
    aws.s3.put_object(Bucket=bucket, Key="2026/12/d", Body=b"not in this month")
    source = open_source(f"{localstack.endpoint}/{bucket}/2026/11/")
    deliveries = read_deliveries(source)
    named = dict(unread(deliveries).select("object", "what").rows())
    assert named["2026/11/a"] == '{"gauge": "north", "level": 1}'
    assert named["2026/11/b"].startswith("compressed by gzip")
    assert named["2026/11/c"].startswith("cannot be read, InvalidObjectState")
    assert deliveries.objects.height == 3
    assert function_activity(source, deliveries).not_available == (NO_PIPELINE,)


def test_an_empty_bucket_is_an_empty_table(bucket: str, localstack: Host) -> None:
    """There is no time to look at, which is said."""
    source = open_source(f"{localstack.endpoint}/{bucket}")
    deliveries = read_deliveries(source)
    assert deliveries.objects.is_empty()
    assert "Nothing was delivered" in function_activity(source, deliveries).not_available[0]


def test_a_missing_source_is_reported_with_advice(localstack: Host) -> None:
    """A bucket that there is not, and a sandbox that does not answer."""
    source = open_source(f"{localstack.endpoint}/test-{unique_letters().lower()}")
    with pytest.raises(UsageError, match="NoSuchBucket"):
        read_deliveries(source)
    with pytest.raises(InfrastructureError, match=r"start one with \./wavetank up"):
        open_source("http://127.0.0.1:9")


def test_a_bucket_of_aws_is_read_with_the_accounts_credentials(place: Place) -> None:
    """Read-only: objects and logs, and a note that mail cannot be read there."""
    names = place.deploy()
    sent = len(place.pretended.sent)
    source = open_source(f"s3://{names.bucket}")
    deliveries = read_deliveries(source)
    activity = function_activity(source, deliveries)
    assert deliveries.records["ticker"].n_unique() == 5
    assert NO_MAILBOX in activity.not_available
    assert failures(activity).is_empty()
    assert first_text(activity, failures(activity)) == ""
    methods = {request.method for request in place.pretended.sent[sent:] if _is_s3(request.url)}
    assert methods == {"GET"}
    assert place.target.description in source.description


def _is_s3(url: str) -> bool:
    return ".s3." in url or "//s3." in url
