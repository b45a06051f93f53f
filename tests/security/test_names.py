"""A caller with rights on one resource cannot reach another one by naming it in two ways."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.security.conftest import HTTP_SECONDS
from tests.security.signing import Keys, client_of, code_of
from wavetank.aws.clients import AwsClients
from wavetank.core.settings import REGION

ACCOUNT = "000000000000"
QUEUES = f"arn:aws:sqs:{REGION}:{ACCOUNT}"


def _allow(action: str, resource: str, **elements: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **elements}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def queues(owner: AwsClients) -> Iterator[tuple[str, str]]:
    """The names of two queues, of which the second holds a message."""
    names = (f"allowed-{unique_letters()}", f"secret-{unique_letters()}")
    urls = [owner.sqs.create_queue(QueueName=name)["QueueUrl"] for name in names]
    owner.sqs.send_message(QueueUrl=urls[1], MessageBody="secret")
    yield names
    for url in urls:
        owner.sqs.delete_queue(QueueUrl=url)


def test_a_queue_s_url_names_one_queue(
    owner: AwsClients, host: Host, user: str, keys: Keys, queues: tuple[str, str]
) -> None:
    """Read as the provider reads it; what names none is AWS's InvalidAddress."""
    allowed, secret = queues
    policy = _allow("sqs:*", f"{QUEUES}:{allowed}")
    owner.iam.put_user_policy(UserName=user, PolicyName="all", PolicyDocument=policy)
    sqs = client_of(host.endpoint, "sqs", keys)

    def receive(end: str) -> str:
        url = f"{host.endpoint}/{ACCOUNT}/{end}"
        return code_of(lambda: sqs.receive_message(QueueUrl=url, VisibilityTimeout=0))

    assert receive(allowed) == "done"
    for end in (secret, f"{secret}?/{ACCOUNT}/{allowed}", f"{secret}#/{ACCOUNT}/{allowed}"):
        assert receive(end) == "AccessDenied"
    for end in (f"{allowed}/{secret}", f"../{ACCOUNT}/{secret}", f"{allowed}/../{secret}"):
        assert receive(end) == "InvalidAddress"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([("key", "allowed/new")], 204),
        ([("key", "secret/kept")], 403),
        ([("key", "secret/kept"), ("Key", "allowed/new")], 400),
        ([("key", "secret/kept"), ("key", "allowed/new")], 400),
        ([("key", "allowed/new"), ("key", "secret/kept")], 400),
        ([("Key", "allowed/new")], 400),
    ],
)
def test_an_unsigned_form_names_one_key(
    owner: AwsClients, host: Host, bucket: str, fields: list[tuple[str, str]], status: int
) -> None:
    """The one that the bucket's policy is asked about is the one that is written."""
    owner.s3.put_object(Bucket=bucket, Key="secret/kept", Body=b"kept")
    owner.s3.delete_public_access_block(Bucket=bucket)
    policy = _allow("s3:PutObject", f"arn:aws:s3:::{bucket}/allowed/*", Principal="*")
    owner.s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    parts = [(name, (None, value)) for name, value in fields]
    answer = requests.post(
        f"{host.endpoint}/{bucket}",
        files=[*parts, ("file", ("a.txt", b"changed"))],
        timeout=HTTP_SECONDS,
    )
    assert answer.status_code == status
    assert owner.s3.get_object(Bucket=bucket, Key="secret/kept")["Body"].read() == b"kept"
