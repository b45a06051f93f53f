"""Amazon S3: AWS's behaviours, as they are seen."""

import json
import re
from typing import Any

from tests.fidelity.events import Queue
from tests.fidelity.ground import Ground, answer_to, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters

AREA = Area("Amazon S3")
OTHER = "111122223333"
IRELAND: Any = {"LocationConstraint": "eu-west-1"}
OWNER_GUIDE = "Amazon S3 user guide: bucket-owner-condition"


@AREA.row(
    "CreateBucket with the name of another account's bucket",
    aws="BucketAlreadyExists",
    localstack="BucketAlreadyExists",
    source="Amazon S3 API: CreateBucket",
)
def _names_of_others_are_taken(ground: Ground) -> str:
    name = ground.bucket()
    s3 = ground.other.s3
    return answer_to(lambda: s3.create_bucket(Bucket=name, CreateBucketConfiguration=IRELAND))


@AREA.row(
    "CreateBucket with the name of an own bucket",
    aws="BucketAlreadyOwnedByYou",
    localstack="BucketAlreadyOwnedByYou",
    source="Amazon S3 API: CreateBucket",
)
def _own_names_are_taken(ground: Ground) -> str:
    name = ground.bucket()
    s3 = ground.aws.s3
    return answer_to(lambda: s3.create_bucket(Bucket=name, CreateBucketConfiguration=IRELAND))


@AREA.row(
    "CreateBucket in us-east-1: an own bucket of there, and one of another region",
    aws="done, BucketAlreadyOwnedByYou",
    localstack="done, done",
    source="Amazon S3 API: CreateBucket",
)
def _virginia_creates_again(ground: Ground) -> str:
    virginia = ground.aws.session.client(
        "s3", region_name="us-east-1", endpoint_url=ground.endpoint
    )
    there, elsewhere = f"test-{unique_letters()}", ground.bucket()
    virginia.create_bucket(Bucket=there)
    answers = [
        answer_to(lambda: virginia.create_bucket(Bucket=there)),
        answer_to(lambda: virginia.create_bucket(Bucket=elsewhere)),
    ]
    return ", ".join(answers)


@AREA.row(
    "the elements of an error's XML",
    aws="Code, Message, Key, RequestId, HostId",
    localstack="Code, Message, RequestId, Key",
    source="Amazon S3 API: ErrorResponses",
)
def _errors_have_the_elements_of_s3(ground: Ground) -> str:
    return _elements(ground.aws.s3, ground.bucket(), "no-such-key")


@AREA.row(
    "the elements of a denial's XML",
    aws="Code, Message, RequestId, HostId",
    localstack="no error",
    source="Amazon S3 API: ErrorResponses",
)
def _denials_have_the_elements_of_s3(ground: Ground) -> str:
    return _elements(ground.other.s3, ground.bucket(), "key")


def _elements(s3: Any, bucket: str, key: str) -> str:
    """The elements of the answer to a GetObject, in their order."""
    bodies: list[bytes] = []

    def keep(http_response: Any, **_: Any) -> None:
        bodies.append(http_response.content if http_response.status_code != 200 else b"")

    s3.meta.events.register("after-call.s3.GetObject", keep)
    answer_to(lambda: s3.get_object(Bucket=bucket, Key=key))
    s3.meta.events.unregister("after-call.s3.GetObject", keep)

    return ", ".join(re.findall(r"</(\w+)>(?=<)", bodies[-1].decode())) or "no error"


@AREA.row(
    "GetObject that expects another owner",
    aws="AccessDenied",
    localstack="done",
    source=OWNER_GUIDE,
)
def _expected_owners_are_compared(ground: Ground) -> str:
    bucket, s3 = ground.bucket(), ground.aws.s3
    return answer_to(lambda: s3.get_object(Bucket=bucket, Key="key", ExpectedBucketOwner=OTHER))


@AREA.row(
    "CopyObject that expects another owner of the source",
    aws="AccessDenied",
    localstack="done",
    source=OWNER_GUIDE,
)
def _expected_owners_of_sources_are_compared(ground: Ground) -> str:
    bucket, s3 = ground.bucket(), ground.aws.s3
    return answer_to(
        lambda: s3.copy_object(
            Bucket=bucket,
            Key="copy",
            CopySource=f"{bucket}/key",
            ExpectedBucketOwner=ground.account,
            ExpectedSourceBucketOwner=OTHER,
        )
    )


@AREA.row(
    "PutObject that expects an owner that is no account",
    aws="InvalidBucketOwnerAWSAccountID",
    localstack="done",
    source=OWNER_GUIDE,
)
def _expected_owners_are_accounts(ground: Ground) -> str:
    bucket, s3 = ground.bucket(), ground.aws.s3
    return answer_to(
        lambda: s3.put_object(Bucket=bucket, Key="key", Body=b"", ExpectedBucketOwner="me")
    )


@AREA.row(
    "GetObject of a bucket that does not exist, with an expected owner",
    aws="NoSuchBucket",
    localstack="NoSuchBucket",
    source="Amazon S3 API: ErrorResponses",
)
def _missing_buckets_have_no_owner(ground: Ground) -> str:
    name, s3 = f"test-{unique_letters()}", ground.aws.s3
    return answer_to(lambda: s3.get_object(Bucket=name, Key="key", ExpectedBucketOwner=OTHER))


def _notified(ground: Ground, *keys: str, prefix: str = "") -> list[Any]:
    """What a bucket's queue gets of the objects, which are created one after the other."""
    queue, bucket = Queue(ground, service="s3"), ground.bucket()
    rules = [{"Name": "prefix", "Value": prefix}] if prefix else []
    configuration: Any = {
        "QueueArn": queue.arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": rules}},
    }
    ground.aws.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [configuration]}
    )
    for key in keys:
        ground.aws.s3.put_object(Bucket=bucket, Key=key, Body=b"x")

    def seen() -> list[Any]:
        bodies = [json.loads(message["Body"]) for message in queue.messages()]
        return [record["s3"]["object"] for body in bodies for record in body.get("Records", [])]

    happens(seen, lambda found: len(found) == len(keys))
    return seen()


@AREA.row(
    "the sequencers of two objects that were created one after the other",
    aws="the second is greater",
    localstack="equal",
    source="Amazon S3 user guide: notification-content-structure",
)
def _notifications_can_be_ordered(ground: Ground) -> str:
    found = {each["key"]: each["sequencer"] for each in _notified(ground, "a", "b")}
    return "the second is greater" if found["a"] < found["b"] else "equal"


@AREA.row(
    "the key `a b` in a notification",
    aws="a+b",
    localstack="a%20b",
    source="Amazon S3 user guide: notification-content-structure",
)
def _keys_are_encoded_as_in_forms(ground: Ground) -> str:
    (found,) = _notified(ground, "a b")
    return str(found["key"])


@AREA.row(
    "a notification's prefix with a space, URL-encoded as the guide wants it",
    aws="notified",
    localstack="not notified",
    source="Amazon S3 user guide: notification-how-to-filtering",
)
def _prefixes_may_be_encoded(ground: Ground) -> str:
    return "notified" if _notified(ground, "in b/c", prefix="in+b/") else "not notified"
