"""Clients with given keys, and requests that are changed after botocore has signed them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.auth import S3SigV4Auth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from wavetank.core.settings import REGION

ALLOW_ALL = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }
)
READS = {
    "cloudformation": "list_stacks",
    "cloudwatch": "list_metrics",
    "dynamodb": "list_tables",
    "dynamodbstreams": "list_streams",
    "events": "list_rules",
    "firehose": "list_delivery_streams",
    "iam": "list_users",
    "kinesis": "list_streams",
    "lambda": "list_functions",
    "logs": "describe_log_groups",
    "s3": "list_buckets",
    "scheduler": "list_schedules",
    "ses": "list_identities",
    "sns": "list_topics",
    "sqs": "list_queues",
    "sts": "get_caller_identity",
}
"""A call of each service that needs no resource."""
QUERY_COMPATIBLE = frozenset({"cloudwatch", "sqs"})
JSON = frozenset(
    {
        *("dynamodb", "dynamodbstreams", "events", "firehose", "kinesis"),
        *("lambda", "logs", "scheduler"),
    }
)


@dataclass(frozen=True)
class Keys:
    """An access key, its secret and, of a session, its token."""

    access_key: str
    secret: str
    token: str | None = None


def keys_of(credentials: Any) -> Keys:
    """As STS answers them."""
    return Keys(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )


def client_of(endpoint: str, service: str, keys: Keys, **config: Any) -> Any:
    """An unmodified boto3 client that tries once."""
    made: Any = boto3.client(  # type: ignore[call-overload]  # the service is a variable
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret,
        aws_session_token=keys.token,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config),
    )
    return made


def read(endpoint: str, service: str, keys: Keys) -> str:
    """`done`, or the code of the error."""
    client = client_of(endpoint, service, keys)
    return code_of(getattr(client, READS[service]))


def code_of(call: Callable[[], object]) -> str:
    """`done`, or the code of the error."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def changed(client: Any, change: Callable[[Any], None]) -> Any:
    """The client, each of whose requests is changed once it is signed."""

    def before_send(request: Any, **_: object) -> None:
        change(request)

    client.meta.events.register_first("before-send", before_send)
    return client


def code(service: str, *, s3: str, query: str, json_code: str) -> str:
    """Which of the three the service's protocol has."""
    if service == "s3":
        return s3
    return json_code if service in JSON else query


def signed_headers(
    method: str,
    url: str,
    keys: Keys,
    service: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers with which the SDK would send the request to the service."""
    request = AWSRequest(method, url, dict(headers or {}), body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(_credentials(keys), service, REGION).add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}


def signed_link(method: str, url: str, keys: Keys, service: str) -> str:
    """The URL with a signature in its query."""
    request = AWSRequest(method, url, data=b"")
    SigV4QueryAuth(_credentials(keys), service, REGION).add_auth(request)
    return str(request.url)


def _credentials(keys: Keys) -> Credentials:
    return Credentials(keys.access_key, keys.secret, keys.token)
