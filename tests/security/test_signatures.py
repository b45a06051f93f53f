"""Signed requests of every service: what botocore signs passes, and nothing else."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.live.hosts import Host
from tests.security.signing import (
    READS,
    Keys,
    changed,
    client_of,
    code,
    code_of,
    keys_of,
    read,
)
from wavetank.aws.clients import AwsClients
from wavetank.core.settings import SANDBOX_ACCOUNT, SANDBOX_OTHER_ACCOUNT
from wavetank.engines.localstack_child import SERVICES

HTTP_SECONDS = 10
UNKNOWN_KEYS = [prefix + "Q" * 16 for prefix in ("AK" + "IA", "AS" + "IA", "LKIA", "LSIA")]
every_service = pytest.mark.parametrize("service", SERVICES)


def _mismatch(service: str) -> str:
    return code(
        service,
        s3="SignatureDoesNotMatch",
        query="SignatureDoesNotMatch",
        json_code="InvalidSignatureException",
    )


def _unknown(service: str) -> str:
    return code(
        service,
        s3="InvalidAccessKeyId",
        query="InvalidClientTokenId",
        json_code="UnrecognizedClientException",
    )


def test_every_service_of_the_sandbox_is_tried() -> None:
    """A service that is added to the sandbox is added here."""
    assert set(READS) == set(SERVICES)


@every_service
def test_what_a_user_signs_is_served(host: Host, keys: Keys, service: str) -> None:
    """With an unmodified SDK and the key that IAM gave."""
    assert read(host.endpoint, service, keys) == "done"


@every_service
def test_a_wrong_secret_is_refused(host: Host, keys: Keys, service: str) -> None:
    """With the error that the service's protocol has for it."""
    wrong = Keys(keys.access_key, "wrong")
    assert read(host.endpoint, service, wrong) == _mismatch(service)


@every_service
@pytest.mark.parametrize("key", UNKNOWN_KEYS)
def test_keys_that_were_not_issued_here_are_refused(host: Host, service: str, key: str) -> None:
    """Of AWS's form and of LocalStack's."""
    assert read(host.endpoint, service, Keys(key, "any")) == _unknown(service)


@every_service
@pytest.mark.parametrize("key", ["test", SANDBOX_ACCOUNT, "dev.user", SANDBOX_OTHER_ACCOUNT])
def test_any_other_key_is_an_administrators(host: Host, service: str, key: str) -> None:
    """With any secret, as users expect of LocalStack."""
    assert read(host.endpoint, service, Keys(key, "any secret")) == "done"


@every_service
def test_deactivated_and_deleted_keys_are_refused(
    host: Host, owner: AwsClients, user: str, keys: Keys, service: str
) -> None:
    """A key that was made active again works again; a deleted one is unknown."""
    owner.iam.update_access_key(UserName=user, AccessKeyId=keys.access_key, Status="Inactive")
    assert read(host.endpoint, service, keys) == _unknown(service)
    owner.iam.update_access_key(UserName=user, AccessKeyId=keys.access_key, Status="Active")
    assert read(host.endpoint, service, keys) == "done"
    owner.iam.delete_access_key(UserName=user, AccessKeyId=keys.access_key)
    assert read(host.endpoint, service, keys) == _unknown(service)


@every_service
def test_a_session_needs_its_token(host: Host, keys: Keys, service: str) -> None:
    """A session's key with no token or another one, and a user's key with one, are refused."""
    sts = client_of(host.endpoint, "sts", keys)
    session = keys_of(sts.get_session_token()["Credentials"])
    expected = code(
        service,
        s3="InvalidToken",
        query="InvalidClientTokenId",
        json_code="UnrecognizedClientException",
    )
    found = read(host.endpoint, service, session)
    assert found == ("InvalidClientTokenId" if service == "iam" else "done")  # IAM wants MFA
    for wrong in (
        Keys(session.access_key, session.secret),
        Keys(session.access_key, session.secret, "another"),
        Keys(keys.access_key, keys.secret, session.token),
    ):
        assert read(host.endpoint, service, wrong) == expected


@every_service
def test_what_was_signed_cannot_be_changed(host: Host, keys: Keys, service: str) -> None:
    """Method, path, query, a signed header and the scope of the signature."""

    def method(request: Any) -> None:
        request.method = "PUT" if request.method == "GET" else "GET"

    def path(request: Any) -> None:
        parts = urlsplit(request.url)
        request.url = parts._replace(path=f"{parts.path}x").geturl()

    def query(request: Any) -> None:
        request.url += "&acl" if "?" in request.url else "?acl"

    def header(request: Any) -> None:
        made = request.headers["X-Amz-Date"].decode()
        second = (int(made[-3:-1]) + 1) % 60
        request.headers["X-Amz-Date"] = f"{made[:-3]}{second:02}Z"

    def scope(request: Any) -> None:
        authorization = request.headers["Authorization"].decode()
        request.headers["Authorization"] = authorization.replace("eu-west-1", "eu-west-2")

    for change in (method, path, query, header, scope):
        client = changed(client_of(host.endpoint, service, keys), change)
        found = code_of(getattr(client, READS[service]))
        assert found == _mismatch(service), change.__name__


@every_service
def test_headers_cannot_be_added(host: Host, keys: Keys, service: str) -> None:
    """Every x-amz- header has to be signed."""

    def add(request: Any) -> None:
        request.headers["X-Amz-Acl"] = "public-read"

    client = changed(client_of(host.endpoint, service, keys), add)
    found = code_of(getattr(client, READS[service]))
    assert found == ("AccessDenied" if service == "s3" else _mismatch(service))


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("dynamodb", "describe_table", {"TableName": "table"}),
        ("events", "describe_rule", {"Name": "table"}),
        ("firehose", "describe_delivery_stream", {"DeliveryStreamName": "table"}),
        ("lambda", "invoke", {"FunctionName": "f", "Payload": b'"table"'}),
        ("logs", "describe_log_groups", {"logGroupNamePrefix": "table"}),
        ("sqs", "get_queue_url", {"QueueName": "table"}),
        ("cloudwatch", "list_metrics", {"Namespace": "table"}),
        ("cloudformation", "describe_stacks", {"StackName": "table"}),
        ("iam", "get_user", {"UserName": "table"}),
        ("ses", "list_identities", {"IdentityType": "table"}),
        ("sns", "get_topic_attributes", {"TopicArn": "table"}),
        ("sts", "get_access_key_info", {"AccessKeyId": "tabletabletabletable"}),
        ("s3", "put_object", {"Bucket": "b", "Key": "k", "Body": b"table"}),
    ],
)
def test_the_body_cannot_be_changed(
    host: Host, keys: Keys, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    """A body of the same length in place of the signed one."""

    def body(request: Any) -> None:
        content = request.body if isinstance(request.body, str | bytes) else request.body.read()
        text = content.decode() if isinstance(content, bytes) else content
        request.body = text.replace("table", "TABLE").encode()

    client = client_of(host.endpoint, service, keys, request_checksum_calculation="when_required")
    found = code_of(lambda: getattr(changed(client, body), operation)(**parameters))
    assert found == ("XAmzContentSHA256Mismatch" if service == "s3" else _mismatch(service))


def test_a_body_that_is_compressed_is_verified_as_sent(host: Host, keys: Keys) -> None:
    """CloudWatch's SDK compresses large metrics; LocalStack decodes them behind the check."""
    client = client_of(host.endpoint, "cloudwatch", keys, request_min_compression_size_bytes=1)
    metric = {"MetricName": "m", "Value": 1.0}
    put = code_of(lambda: client.put_metric_data(Namespace="compressed", MetricData=[metric]))
    assert put == "done"


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("AWS4-HMAC-SHA256 Credential={key}/20300101/eu-west-1/iam/aws4_request", "Incomplete"),
        ("AWS4-HMAC-SHA256 Credential=test/x/y/z/w, Credential={key}/1/2/3/4", "Incomplete"),
        ("AWS4-HMAC-SHA256 Credential=test/Credential={key}/1/2/3, Signature=1", "Incomplete"),
        ("AWS4-ECDSA-P256-SHA256 Credential={key}/20300101/iam/aws4_request", "Incomplete"),
        ("Bearer abc", "MissingAuthenticationToken"),
        ("garbage", "MissingAuthenticationToken"),
    ],
)
def test_malformed_headers_are_no_way_around(
    host: Host, keys: Keys, authorization: str, expected: str
) -> None:
    """Neither with an issued key in it, which another reader might find, nor with none at all."""
    answer = requests.post(
        host.endpoint,
        data={"Action": "ListUsers", "Version": "2010-05-08"},
        headers={
            "Authorization": authorization.format(key=keys.access_key),
            "X-Amz-Date": "20300101T000000Z",
        },
        timeout=HTTP_SECONDS,
    )
    assert answer.status_code == 403
    assert expected in answer.text


def test_no_client_can_impersonate_localstack(host: Host, keys: Keys) -> None:
    """The header of LocalStack's own calls has no effect without their token."""

    def pose(request: Any) -> None:
        request.headers["x-localstack-data"] = '{"service_principal": "lambda"}'

    wrong = Keys(keys.access_key, "wrong")
    client = changed(client_of(host.endpoint, "iam", wrong), pose)
    assert code_of(client.list_users) == "SignatureDoesNotMatch"
    answer = requests.post(
        host.endpoint,
        data={"Action": "ListUsers", "Version": "2010-05-08"},
        headers={"x-localstack-data": "{}"},
        timeout=HTTP_SECONDS,
    )
    assert answer.status_code == 403


def test_a_refusal_names_the_credentials_of_a_sandbox(host: Host) -> None:
    """If the shell has credentials of an account, the error says which to use."""
    client = client_of(host.endpoint, "sts", Keys(UNKNOWN_KEYS[0], "any"))
    with pytest.raises(client.exceptions.ClientError, match="AWS_ACCESS_KEY_ID=test"):
        client.get_caller_identity()
