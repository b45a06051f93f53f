"""Routes ahead of the services: a queue's URL, a website and a function URL ask policies too."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from tests.live.names import unique_letters
from tests.security.conftest import HTTP_SECONDS
from tests.security.signing import Keys, signed_headers
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.core.lambda_package import package_files
from wavetank.core.settings import REGION, SANDBOX_OTHER_ACCOUNT

ADMINISTRATOR = Keys("test", "test")
OTHER_ACCOUNT = Keys(SANDBOX_OTHER_ACCOUNT, "test")

type Invoke = Callable[..., requests.Response]


def _document(**statement: Any) -> str:
    allowed = {"Effect": "Allow", "Principal": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def _call_queue(url: str, action: str, keys: Keys | None = None) -> tuple[int, str]:
    target = f"{url}?Action={action}&Version=2012-11-05"
    headers = signed_headers("GET", target, keys, "sqs") if keys else {}
    answer = requests.get(target, headers=headers, timeout=HTTP_SECONDS)
    return answer.status_code, answer.text


@pytest.fixture
def queue(owner: AwsClients, host: Any) -> Iterator[str]:
    """The URL of a queue that holds a message."""
    sqs = owner.sqs
    name = f"queue-{unique_letters()}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="kept")
    yield f"{host.endpoint}/queue/{REGION}/000000000000/{name}"
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize("keys", [None, OTHER_ACCOUNT])
@pytest.mark.parametrize(
    "action",
    [
        "ReceiveMessage",
        "SendMessage&MessageBody=x",
        "GetQueueAttributes&AttributeName.1=All",
        "SetQueueAttributes&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=1",
        "PurgeQueue",
        "DeleteQueue",
    ],
)
def test_a_call_by_a_queue_url_requires_the_same_permissions_as_the_sdk(
    queue: str, action: str, keys: Keys | None
) -> None:
    """No caller without a signature, and no other account, unless the queue's policy allows it."""
    status, text = _call_queue(queue, action, keys)
    assert (status, "<Code>AccessDenied</Code>" in text) == (403, True)
    legacy = queue.replace(f"/queue/{REGION}", "")
    assert _call_queue(legacy, action, keys)[0] == 403


def test_a_queue_s_policy_counts_for_its_url(queue: str) -> None:
    """For what it allows, and for its administrator everything."""
    assert "<Body>kept</Body>" in _call_queue(queue, "ReceiveMessage", ADMINISTRATOR)[1]
    name = queue.rpartition("/")[2]
    arn = f"arn:aws:sqs:{REGION}:000000000000:{name}"
    policy = quote(_document(Action="sqs:SendMessage", Resource=arn))
    setting = f"SetQueueAttributes&Attribute.1.Name=Policy&Attribute.1.Value={policy}"
    assert _call_queue(queue, setting, ADMINISTRATOR)[0] == 200
    assert _call_queue(queue, "SendMessage&MessageBody=x")[0] == 200
    assert _call_queue(queue, "ReceiveMessage")[0] == 403


@pytest.fixture
def website(owner: AwsClients, bucket: str) -> str:
    """The host of a website with an index and an error document, none of which is public."""
    configuration = {"IndexDocument": {"Suffix": "index"}, "ErrorDocument": {"Key": "error"}}
    s3: Any = owner.s3
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)
    for key in ("index", "error", "private"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    s3.delete_public_access_block(Bucket=bucket)
    return f"{bucket}.s3-website.localhost"


def test_a_website_serves_what_is_public(
    owner: AwsClients, bucket: str, website: str, host: Any
) -> None:
    """Everything else is 403, by the error document once that is public."""

    def get(path: str) -> tuple[int, str]:
        url, headers = f"{host.endpoint}{path}", {"Host": website}
        answer = requests.get(url, headers=headers, timeout=HTTP_SECONDS)
        return answer.status_code, answer.text

    def publish(*keys: str) -> None:
        resources = [f"arn:aws:s3:::{bucket}/{key}" for key in keys]
        policy = _document(Action="s3:GetObject", Resource=resources)
        owner.s3.put_bucket_policy(Bucket=bucket, Policy=policy)

    for path in ("/", "/private", "/missing"):
        status, text = get(path)
        assert (status, "Code: AccessDenied" in text) == (403, True)
    publish("index")
    assert get("/") == (200, "index")
    assert get("/private")[0] == 403
    publish("index", "error", "missing")
    assert get("/private") == (403, "error")
    assert get("/missing") == (404, "error")


@pytest.fixture(scope="module")
def function(owner: AwsClients) -> Iterator[str]:
    """The name of a function that answers every request."""
    name = f"function-{unique_letters()}"
    trust = _document(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
    role = owner.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    source = b"def handler(event, context):\n    return {'statusCode': 200, 'body': 'ran'}\n"
    owner.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="function.handler",
        Code={"ZipFile": package_files(name, {"function.py": source}).content},
    )
    wait_until_seen(
        lambda: owner.awslambda.get_function_configuration(FunctionName=name)["State"],
        lambda state: state == "Active",
        "the function to be active",
    )
    yield name
    owner.awslambda.delete_function(FunctionName=name)
    owner.iam.delete_role(RoleName=name)


@pytest.fixture
def invoke(owner: AwsClients, function: str, host: Any) -> Iterator[Invoke]:
    """Invokes the function by a URL of the type."""

    def call(auth_type: Any, keys: Keys | None = None, service: str = "lambda") -> Any:
        aws = owner.awslambda
        aws.update_function_url_config(FunctionName=function, AuthType=auth_type)
        url = aws.get_function_url_config(FunctionName=function)["FunctionUrl"]
        headers = {"Host": urlsplit(url).netloc}
        if keys is not None:
            headers |= signed_headers("GET", url, keys, service)
        return requests.get(f"{host.endpoint}/", headers=headers, timeout=HTTP_SECONDS)

    owner.awslambda.create_function_url_config(FunctionName=function, AuthType="AWS_IAM")
    yield call
    owner.awslambda.delete_function_url_config(FunctionName=function)


def test_a_function_url_with_iam_wants_a_signature_of_one_who_may(
    owner: AwsClients, invoke: Invoke, user: str, keys: Keys
) -> None:
    """Of the service lambda; and not of another account without the function's policy."""
    unsigned = invoke("AWS_IAM")
    assert (unsigned.status_code, unsigned.json()) == (403, {"Message": "Forbidden"})
    assert unsigned.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert invoke("AWS_IAM", ADMINISTRATOR).text == "ran"
    assert invoke("AWS_IAM", keys).text == "ran"
    assert invoke("AWS_IAM", keys, "s3").status_code == 403
    assert invoke("AWS_IAM", OTHER_ACCOUNT).status_code == 403
    owner.iam.delete_user_policy(UserName=user, PolicyName="all")
    assert invoke("AWS_IAM", keys).status_code == 403


def test_a_public_function_url_requires_a_public_policy(
    owner: AwsClients, function: str, invoke: Invoke
) -> None:
    """Of its own type: one for AWS_IAM does not open it."""
    assert invoke("NONE").status_code == 403
    given: Any = {"FunctionName": function, "Principal": "*"}
    given |= {"StatementId": "url", "Action": "lambda:InvokeFunctionUrl"}
    owner.awslambda.add_permission(**given, FunctionUrlAuthType="AWS_IAM")
    assert invoke("NONE").status_code == 403
    owner.awslambda.remove_permission(FunctionName=function, StatementId="url")
    owner.awslambda.add_permission(**given, FunctionUrlAuthType="NONE")
    assert invoke("NONE").text == "ran"
    assert invoke("AWS_IAM").status_code == 403
    owner.awslambda.remove_permission(FunctionName=function, StatementId="url")
