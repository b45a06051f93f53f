"""The overhead of our plug-ins on a warm call: two LocalStacks, called alternately.

Only the server is measured: the same bytes over a persistent connection, and no SDK.
"""

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from wavetank.aws.clients import AwsClients, access_key, role_clients, sandbox_clients
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.settings import REGION
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions

WARM_UP = 200
NAME = "wavetank-bench"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "dynamodb:GetItem",
            "Resource": f"arn:aws:dynamodb:*:*:table/{NAME}",
        },
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{NAME}/*"},
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}


@dataclass(frozen=True)
class CallCost:
    """Medians of one kind of call, in milliseconds, with our plug-ins and without."""

    call: str
    with_plugins_ms: float
    without_ms: float

    @property
    def ratio(self) -> float:
        """The cost with plug-ins, relative to that without."""
        return self.with_plugins_ms / self.without_ms


@dataclass(frozen=True)
class WarmCall:
    """A request by a role that is permitted to make it."""

    name: str
    service: str
    method: str
    path: str
    body: str
    headers: Mapping[str, str]


CALLS = (
    WarmCall(
        name="DynamoDB GetItem",
        service="dynamodb",
        method="POST",
        path="/",
        body=json.dumps({"TableName": NAME, "Key": {"id": {"S": "1"}}}),
        headers={
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "DynamoDB_20120810.GetItem",
        },
    ),
    WarmCall(
        name="S3 GetObject",
        service="s3",
        method="GET",
        path=f"/{NAME}/key",
        body="",
        headers={},
    ),
    WarmCall(
        name="STS GetCallerIdentity",
        service="sts",
        method="POST",
        path="/",
        body="Action=GetCallerIdentity&Version=2011-06-15",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    ),
)


def measure_gateway(state: Path, path: str, rounds: int, clock: Clock) -> Iterator[CallCost]:
    """Measures each kind of call `rounds` times on each of the two, alternately.

    Raises:
        InfrastructureError: LocalStack did not come up, or refused a call.
    """
    with ExitStack() as stack:
        sides = [
            stack.enter_context(_localstack(state / name, path, clock, corrected=corrected))
            for name, corrected in (("with", True), ("without", False))
        ]
        for call in CALLS:
            made = [_sender(endpoint, key, call) for endpoint, key in sides]
            corrected, stock = _in_turn(made, rounds, clock)
            yield CallCost(call.name, median(corrected) * 1000, median(stock) * 1000)


def _in_turn(calls: list[Callable[[], None]], rounds: int, clock: Clock) -> list[list[float]]:
    """Seconds of each call, round by round, so that other load of the host affects both."""
    times: list[list[float]] = [[] for _ in calls]
    for number in range(WARM_UP + rounds):
        for call, seconds in zip(calls, times, strict=True):
            begun = clock.monotonic()
            call()
            if number >= WARM_UP:  # the first calls load modules and fill caches
                seconds.append(clock.monotonic() - begun)
    return times


@contextmanager
def _localstack(
    state: Path, path: str, clock: Clock, *, corrected: bool
) -> Iterator[tuple[str, str]]:
    """A LocalStack with a table, a bucket and a role; its endpoint and the role's access key."""
    folder = SandboxFolder(state)
    options = LocalStackOptions(
        folder=folder.path / "localstack",
        path=path,
        verify_signatures=False,  # the measured requests have no valid signature
        corrected=corrected,
    )
    with folder.owned():
        child = start_localstack(folder, options, clock)
        try:
            yield child.endpoint, _prepare(sandbox_clients(child.endpoint))
        finally:
            child.stop()


def _prepare(aws: AwsClients) -> str:
    aws.s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
    aws.s3.put_object(Bucket=NAME, Key="key", Body=b"body")
    aws.dynamodb.create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    role = aws.iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(TRUST))
    document = json.dumps(POLICY)
    aws.iam.put_role_policy(RoleName=NAME, PolicyName=NAME, PolicyDocument=document)
    key = access_key(role_clients(aws, role["Role"]["Arn"]))
    assert key is not None  # a role's clients are made with credentials
    return key


def _sender(endpoint: str, key: str, call: WarmCall) -> Callable[[], None]:
    """Sends the call over a separate connection; LocalStack reads the key, not the signature."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
    scope = f"{key}/20261124/{REGION}/{call.service}/aws4_request"
    headers = {
        **call.headers,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
    }

    def send() -> None:
        connection.request(call.method, call.path, call.body or None, headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise InfrastructureError(f"{call.name} to be answered", f"{body!r}", "see the log")

    return send
