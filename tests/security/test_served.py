"""A CORS rule lets its origin use what the rule is of, and no other bucket, queue or service.

Each request is what `fetch` of a page sends, with credentials where it can make them.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.security.attacks import REFUSAL, Answer, Attacker
from tests.security.conftest import Attacked, make_bucket
from tests.security.requests_of_services import FORM, ServiceRequest
from tests.security.signing import Keys, signed_headers, signed_link
from tests.waiting import wait_until_seen
from wavetank.core.lambda_package import package_files

NAMED = "https://named.example.com"
SHARED, PRIVATE, READABLE = "shared-bucket", "private-bucket", "readable-bucket"
KEY = "secret/key"
RULE = {"AllowedOrigins": [NAMED], "AllowedMethods": ["GET", "PUT", "POST", "DELETE", "HEAD"]}
READS = {"AllowedOrigins": [NAMED], "AllowedMethods": ["GET"]}
ADMINISTRATOR = Keys("test", "test")
FETCHED = {"Origin": NAMED, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}

type Fetch = Callable[..., Answer]


@pytest.fixture(scope="module", autouse=True)
def buckets(attacked: Attacked) -> Iterator[None]:
    """One whose rule names the origin, one that lets it GET, one without rules, and two by name."""
    s3: Any = attacked.aws.s3
    rules = {SHARED: RULE, PRIVATE: None, READABLE: READS, "000000000000": RULE, "queue": RULE}
    for name, rule in rules.items():
        make_bucket(attacked.aws, name)
        s3.put_object(Bucket=name, Key=KEY, Body=name.encode())
        if rule is not None:
            headers = {**rule, "AllowedHeaders": ["*"]}
            s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [headers]})
    yield
    for name in rules:
        for each in s3.list_objects_v2(Bucket=name).get("Contents", []):
            s3.delete_object(Bucket=name, Key=each["Key"])
        s3.delete_bucket(Bucket=name)


@pytest.fixture
def fetch(attacked: Attacked) -> Iterator[Fetch]:
    """Sends what a page of the origin would, signed for a service where one is named."""
    attacker = Attacker(attacked.port)

    def send(
        method: str,
        target: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        host: str = "127.0.0.1",
        signed_for: str | None = "s3",
    ) -> Answer:
        authority = f"{host}:{attacked.port}"
        given = dict(headers or {})
        if signed_for is not None:
            given = signed_headers(
                method,
                f"http://{authority}{target}",
                ADMINISTRATOR,
                signed_for,
                body=body,
                headers=given,
            )
        asked = ServiceRequest("", method, target, given | FETCHED, body, authority)
        return attacker.send(asked)

    yield send
    attacker.close()


def _is_refused(answer: Answer) -> bool:
    return answer.is_refusal and answer.body.startswith(REFUSAL)


def test_objects_of_the_bucket_are_read_written_and_deleted(fetch: Fetch) -> None:
    """By path and by host: what the rule is for."""
    by_host = f"{SHARED}.s3.localhost.localstack.cloud"
    assert fetch("GET", f"/{SHARED}/{KEY}").body == SHARED.encode()
    assert fetch("GET", f"/{KEY}", host=by_host).body == SHARED.encode()
    assert fetch("PUT", f"/{SHARED}/new", b"new").status == 200
    assert fetch("DELETE", "/new", host=by_host).status == 204
    assert b"<Key>secret/key</Key>" in fetch("GET", f"/{SHARED}?list-type=2").body
    assert _is_refused(fetch("GET", f"/{PRIVATE}/{KEY}"))


@pytest.mark.parametrize(
    "end", ["s3foo.localhost", "s3-foo.localhost", "s3_x.localhost", "s3.s3foo.localhost"]
)
def test_a_host_that_resembles_a_bucket_s_deletes_no_bucket(
    attacked: Attacked, fetch: Fetch, end: str
) -> None:
    """LocalStack takes the bucket from the path there, so the request is for the bucket itself."""
    assert _is_refused(fetch("DELETE", f"/{SHARED}", host=f"{SHARED}.{end}"))
    assert attacked.aws.s3.head_bucket(Bucket=SHARED)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("source", "is_copied"), [(SHARED, True), (READABLE, True), (PRIVATE, False)]
)
@pytest.mark.parametrize("in_part", [False, True])
def test_a_copy_reads_only_what_its_page_may_read(
    attacked: Attacked, fetch: Fetch, source: str, *, is_copied: bool, in_part: bool
) -> None:
    """The source's bucket is the same one, or has a rule that lets the origin GET."""
    target, s3 = f"/{SHARED}/copy", attacked.aws.s3
    if in_part:
        upload = s3.create_multipart_upload(Bucket=SHARED, Key="copy")["UploadId"]
        target += f"?partNumber=1&uploadId={upload}"
    answer = fetch("PUT", target, headers={"x-amz-copy-source": f"/{source}/{KEY}"})
    if in_part:
        s3.abort_multipart_upload(Bucket=SHARED, Key="copy", UploadId=upload)
    assert (answer.status == 200) is is_copied
    assert _is_refused(answer) is not is_copied


@pytest.mark.parametrize("part", ["policy", "cors", "website", "notification", "acl", "logging"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_settings_of_the_bucket_are_not_shared(fetch: Fetch, method: str, part: str) -> None:
    """In no spelling, nor as an object's."""
    encoded = f"%{ord(part[0]):02x}{part[1:]}"
    for query in (part, f"{part}=", f"a=b&{part}", encoded):
        assert _is_refused(fetch(method, f"/{SHARED}?{query}"))
    if part == "acl":
        assert _is_refused(fetch(method, f"/{SHARED}/{KEY}?acl"))


@pytest.mark.parametrize("path", ["/000000000000/key", "/queue/eu-west-1/000000000000/key"])
def test_a_bucket_s_rule_opens_no_queue(fetch: Fetch, path: str) -> None:
    """LocalStack serves a queue at the path of an object."""
    body = b"Action=SendMessage&MessageBody=x&Version=2012-11-05"
    kind = {"Content-Type": FORM}
    assert _is_refused(fetch("POST", path, body, kind, signed_for=None))
    assert _is_refused(fetch("GET", f"{path}?MessageBody=x", signed_for=None))


def test_a_bucket_s_rule_opens_no_other_service(fetch: Fetch) -> None:
    """Whatever the request is signed for and its body says, S3 gets it or none does."""
    call, kind = b"Action=ListUsers&Version=2010-05-08", {"Content-Type": FORM}
    target = {"X-Amz-Target": "DynamoDB_20120810.ListTables"}
    by_host = f"{SHARED}.s3.localhost.localstack.cloud"
    answers = [
        fetch("POST", f"/{SHARED}/x", call, kind, signed_for="iam"),
        fetch("POST", "/x", call, kind, signed_for="iam", host=by_host),
        fetch("POST", f"/{SHARED}/x", b"{}", target, signed_for="dynamodb"),
    ]
    assert all(b"ListUsers" not in each.body and each.status >= 400 for each in answers)


@pytest.fixture(scope="module")
def url_id(attacked: Attacked) -> Iterator[str]:
    """The identifier of a function URL whose setting names the origin."""
    aws, name = attacked.aws, "admitting-function"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [trust | {"Action": "sts:AssumeRole"}]}
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    aws.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="function.handler",
        Code={"ZipFile": package_files(name, {"function.py": b"handler = dict\n"}).content},
    )
    wait_until_seen(
        lambda: aws.awslambda.get_function_configuration(FunctionName=name)["State"],
        lambda state: state == "Active",
        "the function to be active",
    )
    url = aws.awslambda.create_function_url_config(
        FunctionName=name, AuthType="NONE", Cors={"AllowOrigins": ["*"], "AllowMethods": ["*"]}
    )
    yield urlsplit(url["FunctionUrl"]).netloc.partition(".")[0]
    aws.awslambda.delete_function(FunctionName=name)
    aws.iam.delete_role(RoleName=name)


@pytest.mark.parametrize(
    "end",
    [
        "lambda-url.localhost",
        "lambda-url.xx.localhost",
        "lambda-url.a.b.localhost",
        "lambda-url.eu_west_1.localhost",
        "lambda-url.eu-west-1.s3.localhost",
        "execute-api.localhost",
        "s3-website.localhost",
    ],
)
def test_a_function_url_s_setting_opens_no_api(
    unchanged: Attacked, fetch: Fetch, url_id: str, end: str
) -> None:
    """By a link that the page signs itself, so that a browser asks for no permission."""
    host = f"{url_id}.{end}:{unchanged.port}"
    for service, method, path in (
        ("lambda", "POST", "/2015-03-31/functions"),
        ("lambda", "GET", "/2015-03-31/functions/"),
        ("s3", "GET", f"/{PRIVATE}/{KEY}"),
        ("iam", "POST", "/"),
    ):
        linked = urlsplit(signed_link(method, f"http://{host}{path}", ADMINISTRATOR, service))
        answer = fetch(
            method,
            f"{linked.path}?{linked.query}",
            headers={"Content-Type": "text/plain"},
            host=host.partition(":")[0],
            signed_for=None,
        )
        assert answer.is_refusal or answer.status == 404, (service, answer.body)
        assert b"Functions" not in answer.body
