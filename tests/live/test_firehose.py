"""Firehose over its API: buffers, names, limits, failures, as AWS documents them."""

import gzip
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live.conftest import MakeRole
from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.sandbox_api import SandboxControls

HINTS = {"IntervalInSeconds": 60, "SizeInMBs": 1}
type MakeStream = Callable[..., "Stream"]


class Stream:
    """A delivery stream of one test, into a bucket of its own."""

    def __init__(
        self, aws: AwsClients, controls: SandboxControls, role: str, **settings: Any
    ) -> None:
        self.name = f"test-{unique_letters()}"
        self.aws = aws
        self.controls = controls
        aws.s3.create_bucket(
            Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        configuration: Any = {
            "BucketARN": f"arn:aws:s3:::{self.name}",
            "RoleARN": role,
            "BufferingHints": HINTS,
            **settings,
        }
        aws.firehose.create_delivery_stream(
            DeliveryStreamName=self.name, ExtendedS3DestinationConfiguration=configuration
        )
        self.configuration = configuration

    def put(self, *data: bytes) -> Any:
        """Puts the records in one batch."""
        records: Any = [{"Data": entry} for entry in data]
        return self.aws.firehose.put_record_batch(DeliveryStreamName=self.name, Records=records)

    def objects(self) -> dict[str, bytes]:
        """What the bucket holds, by key."""
        listed = self.aws.s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {
            entry["Key"]: self.aws.s3.get_object(Bucket=self.name, Key=entry["Key"])["Body"].read()
            for entry in listed
        }

    def state(self) -> dict[str, Any]:
        """Its undelivered records and counts."""
        return dict(self.controls.streams()[self.name])

    def describe(self) -> Any:
        """What Firehose says of it."""
        answer = self.aws.firehose.describe_delivery_stream(DeliveryStreamName=self.name)
        return answer["DeliveryStreamDescription"]


@pytest.fixture
def make_stream(aws: AwsClients, localstack: Host, make_role: MakeRole) -> Iterator[MakeStream]:
    """Makes streams, and deletes them afterwards."""
    made: list[Stream] = []
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    role = make_role(allow, service="firehose")

    def make(**settings: Any) -> Stream:
        made.append(Stream(aws, SandboxControls(localstack.endpoint), role, **settings))
        return made[-1]

    yield make
    for stream in made:
        if stream.name in aws.firehose.list_delivery_streams()["DeliveryStreamNames"]:
            aws.firehose.delete_delivery_stream(DeliveryStreamName=stream.name)


def test_puts_are_buffered_and_become_one_object(make_stream: MakeStream) -> None:
    """Two batches are delivered later, in one object with AWS's name and version 1."""
    stream = make_stream()
    stream.put(b"one\n", b"two\n")
    stream.put(b"three\n")
    assert stream.objects() == {}
    assert stream.state()["buffered_records"] == 3
    stream.controls.deliver_now()
    ((key, body),) = stream.objects().items()
    assert body == b"one\ntwo\nthree\n"
    time = r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d"
    assert re.fullmatch(rf"\d{{4}}/\d\d/\d\d/\d\d/{stream.name}-1-{time}-[0-9a-f-]{{36}}", key)
    assert stream.state()["records_delivered"] == 3


def test_no_interval_delivers_within_seconds(make_stream: MakeStream) -> None:
    """With zero buffering records are delivered without a request."""
    stream = make_stream(BufferingHints={"IntervalInSeconds": 0, "SizeInMBs": 1})
    stream.put(b"now")
    seen = wait_until_seen(stream.objects, bool, "the object", within_seconds=5)
    assert list(seen.values()) == [b"now"]


def test_the_size_delivers_before_the_interval(make_stream: MakeStream) -> None:
    """A megabyte is enough, though the interval is a minute."""
    stream = make_stream()
    stream.put(*[b"x" * 256 * 1024] * 4, b"the next one")
    seen = wait_until_seen(stream.objects, bool, "the object", within_seconds=10)
    assert [len(body) for body in seen.values()] == [2**20]
    assert stream.state()["buffered_records"] == 1


def test_compression_prefix_and_delimiter_shape_the_object(make_stream: MakeStream) -> None:
    """A reader finds what the configuration says."""
    parameter = {"ParameterName": "Delimiter", "ParameterValue": "\\n"}
    processor = {"Type": "AppendDelimiterToRecord", "Parameters": [parameter]}
    stream = make_stream(
        CompressionFormat="GZIP",
        Prefix="year=!{timestamp:yyyy}/",
        ErrorOutputPrefix="errors/!{firehose:error-output-type}/",
        CustomTimeZone="Asia/Tokyo",
        ProcessingConfiguration={"Enabled": True, "Processors": [processor]},
    )
    stream.put(b"one", b"two")
    stream.controls.deliver_now()
    ((key, body),) = stream.objects().items()
    assert re.match(rf"year=\d{{4}}/{stream.name}-1-.*\.gz", key)
    assert gzip.decompress(body) == b"one\ntwo\n"


def test_s3_that_fails_does_not_fail_a_put_and_gets_the_records_later(
    make_stream: MakeStream,
) -> None:
    """The producer never hears of it, the state does, and nothing is lost."""
    stream = make_stream(BufferingHints={"IntervalInSeconds": 0, "SizeInMBs": 1})
    stream.aws.s3.delete_bucket(Bucket=stream.name)
    assert stream.put(b"kept")["FailedPutCount"] == 0
    failed = wait_until_seen(stream.state, lambda state: state["attempts"], "a failed delivery")
    assert "NoSuchBucket" in failed["last_error"]
    assert failed["buffered_records"] == 1
    stream.aws.s3.create_bucket(
        Bucket=stream.name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    stream.controls.deliver_now()
    assert list(stream.objects().values()) == [b"kept"]


def test_a_planned_failure_is_that_entrys_and_only_once(make_stream: MakeStream) -> None:
    """The answer is a 200 that hides a failure, as on AWS; the same batch again is taken."""
    stream = make_stream()
    stream.controls.begin_fault(
        "partial-batch-failure", {"stream": stream.name, "entries": [1], "times": 1}
    )
    answer = stream.put(b"one", b"two", b"three")
    assert answer["FailedPutCount"] == 1
    codes = [entry.get("ErrorCode") for entry in answer["RequestResponses"]]
    assert codes == [None, "ServiceUnavailableException", None]
    assert stream.put(b"two")["FailedPutCount"] == 0
    stream.controls.deliver_now()
    assert list(stream.objects().values()) == [b"onethreetwo"]
    (fault,) = stream.controls.revert_faults()
    assert fault["hits"] == 1


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([b"x" * (1000 * 1024 + 1)], "ValidationException"),
        ([b"x"] * 501, "ValidationException"),
        ([b"x" * 1000 * 1024] * 5, "InvalidArgumentException"),
    ],
)
def test_batches_over_the_limits_are_refused(
    make_stream: MakeStream, records: list[bytes], code: str
) -> None:
    """1,000 KiB a record, 500 records and 4 MiB a batch; nothing of it is buffered."""
    stream = make_stream()
    with pytest.raises(ClientError) as refused:
        stream.put(*records)
    assert error_code(refused.value) == code
    assert stream.state()["records_accepted"] == 0


def test_an_update_raises_the_version_and_must_know_the_last_one(make_stream: MakeStream) -> None:
    """Keys carry the version; what was buffered before goes out under the old settings' name."""
    stream = make_stream()
    destination = stream.describe()["Destinations"][0]["DestinationId"]
    update: Any = {"Prefix": "new/", "BufferingHints": {"IntervalInSeconds": 900, "SizeInMBs": 2}}

    def change(version: str) -> None:
        stream.aws.firehose.update_destination(
            DeliveryStreamName=stream.name,
            CurrentDeliveryStreamVersionId=version,
            DestinationId=destination,
            ExtendedS3DestinationUpdate=update,
        )

    change("1")
    with pytest.raises(ClientError) as refused:
        change("1")
    assert error_code(refused.value) == "ConcurrentModificationException"
    described = stream.describe()
    assert described["VersionId"] == "2"
    extended = described["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert extended["BufferingHints"] == update["BufferingHints"]
    assert extended["BucketARN"] == stream.configuration["BucketARN"]
    stream.put(b"later")
    stream.controls.deliver_now()
    (key,) = stream.objects()
    assert re.match(rf"new/\d{{4}}/.*{stream.name}-2-", key)


def test_deleting_a_stream_drops_what_it_holds(make_stream: MakeStream) -> None:
    """As on AWS: what was buffered is gone, even for a new stream of the name."""
    stream = make_stream()
    stream.put(b"gone")
    stream.aws.firehose.delete_delivery_stream(DeliveryStreamName=stream.name)
    with pytest.raises(ClientError) as missing:
        stream.put(b"too late")
    assert error_code(missing.value) == "ResourceNotFoundException"
    stream.aws.firehose.create_delivery_stream(
        DeliveryStreamName=stream.name, ExtendedS3DestinationConfiguration=stream.configuration
    )
    stream.controls.deliver_now()
    assert stream.objects() == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"BufferingHints": {"IntervalInSeconds": 60}}, "InvalidArgumentException"),
        ({"BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 129}}, "ValidationException"),
        ({"Prefix": "!{timestamp:yyyy}/"}, "InvalidArgumentException"),
        ({"CustomTimeZone": "Nowhere/AtAll"}, "InvalidArgumentException"),
    ],
)
def test_a_configuration_that_firehose_refuses_is_refused(
    make_stream: MakeStream, change: dict[str, Any], code: str
) -> None:
    """By the limits of the API's model, or by what the values mean; no stream is made."""
    with pytest.raises(ClientError) as refused:
        make_stream(**change)
    assert error_code(refused.value) == code


def test_describe_returns_the_configuration_and_the_defaults(make_stream: MakeStream) -> None:
    """Both descriptions of an S3 destination, as AWS gives them."""
    described = make_stream(CompressionFormat="GZIP").describe()
    assert (described["DeliveryStreamStatus"], described["VersionId"]) == ("ACTIVE", "1")
    (destination,) = described["Destinations"]
    plain = destination["S3DestinationDescription"]
    extended = destination["ExtendedS3DestinationDescription"]
    for found in (plain, extended):
        assert found["CompressionFormat"] == "GZIP"
        assert found["BufferingHints"] == HINTS
        assert found["EncryptionConfiguration"] == {"NoEncryptionConfig": "NoEncryption"}
    assert extended["S3BackupMode"] == "Disabled"
