"""Presigned links and forms of S3, and links of other services."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import freezegun
import pytest
import requests
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.live.hosts import Host
from tests.security.signing import Keys, client_of, keys_of
from wavetank.core.settings import REGION

KEY = "a key/+~"
HTTP_SECONDS = 10
PARTS_BYTES = 5 * 1024 * 1024
SANDBOX = Keys("test", "test")
whose = pytest.mark.parametrize("kind", ["user", "session", "test", "account", "same"])
versions = pytest.mark.parametrize("version", ["s3v4", "s3"])


@pytest.fixture
def signer(host: Host, keys: Keys, kind: str) -> Keys:
    """Keys of each kind that a link may be signed with."""
    if kind == "session":
        sts = client_of(host.endpoint, "sts", keys)
        return keys_of(sts.get_session_token()["Credentials"])
    known = {
        "user": keys,
        "test": SANDBOX,
        "account": Keys("000000000000", "test"),
        "same": Keys("somebody", "somebody"),
    }
    return known[kind]


def _link(host: Host, keys: Keys, method: str, version: str = "s3v4", **parameters: Any) -> str:
    client = client_of(host.endpoint, "s3", keys, signature_version=version)
    expires = parameters.pop("seconds", 60)
    link: str = client.generate_presigned_url(method, Params=parameters, ExpiresIn=expires)
    return link


def _code(answer: requests.Response) -> str:
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


def _call(method: str, url: str, **arguments: Any) -> requests.Response:
    return requests.request(method, url, timeout=HTTP_SECONDS, **arguments)


@whose
@versions
def test_a_link_works_for_its_method_and_path_alone(
    host: Host, signer: Keys, bucket: str, version: str
) -> None:
    """With keys that were issued and with a sandbox's own."""
    link = _link(host, signer, "get_object", version, Bucket=bucket, Key=KEY)
    assert _call("GET", link).content == b"body"
    for method in ("PUT", "DELETE"):
        answer = _call(method, link, data=b"x" if method == "PUT" else None)
        assert (answer.status_code, _code(answer)) == (403, "SignatureDoesNotMatch")
    other = link.replace("a%20key", "a%20kez")
    assert other != link
    assert _code(_call("GET", other)) == "SignatureDoesNotMatch"
    assert _call("GET", link).content == b"body"


@whose
@versions
def test_an_upload_by_link(host: Host, signer: Keys, bucket: str, version: str) -> None:
    """With a Content-Type that is signed: another one is refused, and so is an ACL."""
    link = _link(
        host,
        signer,
        "put_object",
        version,
        Bucket=bucket,
        Key="new",
        ContentType="text/plain",
    )
    sent = {"Content-Type": "text/plain"}
    assert _call("PUT", link, data=b"new", headers=sent).status_code == 200
    html = _call("PUT", link, data=b"new", headers={"Content-Type": "text/html"})
    assert _code(html) == "SignatureDoesNotMatch"
    public = _call("PUT", link, data=b"new", headers=sent | {"x-amz-acl": "public-read"})
    assert _code(public) == ("AccessDenied" if version == "s3v4" else "SignatureDoesNotMatch")


@whose
def test_a_link_expires(host: Host, signer: Keys, bucket: str) -> None:
    """By its own time; a longer one is another signature, and more than a week is none."""
    with freezegun.freeze_time("2020-01-01"):
        old = _link(host, signer, "get_object", Bucket=bucket, Key=KEY, seconds=60)
    answer = _call("GET", old)
    assert (answer.status_code, _code(answer)) == (403, "AccessDenied")
    assert "Request has expired" in answer.text
    link = _link(host, signer, "get_object", Bucket=bucket, Key=KEY, seconds=60)
    longer = link.replace("X-Amz-Expires=60", "X-Amz-Expires=600")
    assert _code(_call("GET", longer)) == "SignatureDoesNotMatch"
    for expires in ("0", "604801", "x", "-1"):
        wrong = link.replace("X-Amz-Expires=60", f"X-Amz-Expires={expires}")
        assert _code(_call("GET", wrong)) == "AuthorizationQueryParametersError"


@versions
@pytest.mark.parametrize(
    "operation",
    [
        "head_bucket",
        "list_objects",
        "list_objects_v2",
        "list_object_versions",
        "get_bucket_location",
    ],
)
def test_a_link_for_a_bucket_works(
    host: Host, keys: Keys, bucket: str, version: str, operation: str
) -> None:
    """In version 2 the SDK signs a slash behind the bucket that it does not send."""
    method = "HEAD" if operation.startswith("head") else "GET"
    for signer in (keys, SANDBOX):
        link = _link(host, signer, operation, version, Bucket=bucket)
        assert _call(method, link).status_code == 200
    other = _link(host, SANDBOX, operation, version, Bucket=f"{bucket}x")
    assert _call(method, other.replace(f"{bucket}x", bucket)).status_code == 403


def test_a_link_of_version_2_expires(host: Host, bucket: str) -> None:
    """Its Expires is an instant."""
    link = _link(host, SANDBOX, "get_object", "s3", Bucket=bucket, Key=KEY)
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query)) | {"Expires": "1"}
    answer = _call("GET", parts._replace(query=urlencode(query)).geturl())
    assert (answer.status_code, _code(answer)) == (403, "AccessDenied")


def test_made_up_signatures_are_refused(host: Host, bucket: str) -> None:
    """As a web page would have sent, that knows no secret."""
    query = urlencode(
        {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"test/20300101/{REGION}/s3/aws4_request",
            "X-Amz-Date": "20300101T000000Z",
            "X-Amz-Expires": "60",
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Signature": "00",
        }
    )
    url = f"{host.endpoint}/{bucket}"
    assert _call("POST", f"{url}?{query}", files={"file": b"x"}).status_code == 403
    assert _call("POST", f"{url}?delete&{query}", data=b"<Delete/>").status_code == 403
    short = query.replace("X-Amz-Expires=60&", "")
    assert _code(_call("GET", f"{url}/x?{short}")) == "AuthorizationQueryParametersError"


def test_one_signature_for_each_request(host: Host, bucket: str) -> None:
    """A header beside a link could come from any caller."""
    link = _link(host, SANDBOX, "get_object", Bucket=bucket, Key=KEY)
    header = "AWS4-HMAC-SHA256 Credential=test/20300101/eu-west-1/s3/aws4_request"
    answer = _call("GET", link, headers={"Authorization": header})
    assert (answer.status_code, _code(answer)) == (400, "InvalidArgument")


@pytest.mark.parametrize(
    ("service", "action", "version"),
    [("sts", "GetCallerIdentity", "2011-06-15"), ("iam", "ListUsers", "2010-05-08")],
)
def test_links_of_other_services(
    host: Host, keys: Keys, service: str, action: str, version: str
) -> None:
    """As Vault and EKS send GetCallerIdentity's; another action is another signature."""
    url = f"{host.endpoint}/?Action={action}&Version={version}"
    request = AWSRequest("GET", url)
    credentials = Credentials(keys.access_key, keys.secret)
    SigV4QueryAuth(credentials, service, REGION, expires=60).add_auth(request)
    link = str(request.url)
    assert f"<{action}Result>" in _call("GET", link).text
    other = link.replace(f"Action={action}", "Action=GetUser")
    assert _code(_call("GET", other)) == "SignatureDoesNotMatch"


def _form(
    host: Host, keys: Keys, bucket: str, version: str = "s3v4", **arguments: Any
) -> tuple[str, dict[str, str]]:
    client = client_of(host.endpoint, "s3", keys, signature_version=version)
    made = client.generate_presigned_post(bucket, "form/${filename}", ExpiresIn=60, **arguments)
    return made["url"], made["fields"]


def _post(url: str, fields: dict[str, str], body: bytes = b"posted") -> requests.Response:
    return _call("POST", url, data=fields, files={"file": ("name.txt", body)})


@whose
@versions
def test_an_upload_by_form(host: Host, signer: Keys, bucket: str, version: str) -> None:
    """As a browser posts it; nothing of policy and signature can be changed, nor a field added."""
    url, fields = _form(
        host,
        signer,
        bucket,
        version,
        Fields={"Content-Type": "text/plain"},
        Conditions=[{"Content-Type": "text/plain"}, ["content-length-range", 1, 10]],
    )
    assert _post(url, fields).status_code == 204
    made = client_of(host.endpoint, "s3", SANDBOX).get_object(Bucket=bucket, Key="form/name.txt")
    assert made["Body"].read() == b"posted"
    assert _code(_post(url, fields, b"x" * 11)) == "EntityTooLarge"
    assert _code(_post(url, fields | {"Content-Type": "text/html"})) == "AccessDenied"
    assert _code(_post(url, fields | {"acl": "public-read"})) == "AccessDenied"
    policy = json.loads(base64.b64decode(fields["policy"]))
    policy["expiration"] = "2099-01-01T00:00:00Z"
    text = base64.b64encode(json.dumps(policy).encode()).decode()
    assert _code(_post(url, fields | {"policy": text})) == "SignatureDoesNotMatch"
    name = "x-amz-signature" if version == "s3v4" else "signature"
    assert _code(_post(url, fields | {name: "00"})) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic YTpi",
        "AWS4-HMAC-SHA256 Credential=injectedaccesskey/20260101/us-east-1/s3/aws4_request",
    ],
)
def test_a_header_does_not_spare_a_form_its_verification(
    host: Host, keys: Keys, bucket: str, authorization: str
) -> None:
    """A form's key gives no rights where the form's signature was not verified."""
    url, fields = _form(host, keys, bucket)
    headers = {"Authorization": authorization}
    files = {"file": ("name.txt", b"posted")}
    answer = _call("POST", url, data=fields, files=files, headers=headers)
    assert answer.status_code == 403


def test_a_form_expires(host: Host, keys: Keys, bucket: str) -> None:
    """By its policy's expiration."""
    client = client_of(host.endpoint, "s3", keys)
    made = client.generate_presigned_post(bucket, "late", ExpiresIn=-1)
    answer = _post(made["url"], made["fields"])
    assert (answer.status_code, _code(answer)) == (403, "AccessDenied")
    assert "Policy expired" in answer.text


def test_uploads_of_all_kinds(host: Host, keys: Keys, bucket: str) -> None:
    """With checksums in a trailer, in parts, with a digest, unsigned, and copied."""
    s3 = client_of(host.endpoint, "s3", keys)
    body = b"x" * PARTS_BYTES
    for name, arguments in (
        ("default", {}),
        ("crc32", {"ChecksumAlgorithm": "CRC32"}),
        ("sha256", {"ChecksumAlgorithm": "SHA256"}),
        ("metadata", {"Metadata": {"a": "b  c"}, "Tagging": "a=b&c=d%20e"}),
    ):
        s3.put_object(Bucket=bucket, Key=f"{name}/a+b c~(1)'ä", Body=body, **arguments)
        found = s3.get_object(Bucket=bucket, Key=f"{name}/a+b c~(1)'ä")
        assert found["Body"].read() == body
    for signed in (True, False):
        plain = client_of(
            host.endpoint,
            "s3",
            keys,
            request_checksum_calculation="when_required",
        )
        plain.meta.config.s3 = {**plain.meta.config.s3, "payload_signing_enabled": signed}
        plain.put_object(Bucket=bucket, Key=f"signed-{signed}", Body=body)
        assert plain.get_object(Bucket=bucket, Key=f"signed-{signed}")["Body"].read() == body
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = {"Bucket": bucket, "Key": "parts", "UploadId": upload}
    tags = [s3.upload_part(**part, PartNumber=n, Body=body)["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**part, MultipartUpload={"Parts": parts})
    assert s3.head_object(Bucket=bucket, Key="parts")["ContentLength"] == 2 * PARTS_BYTES
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "parts"})
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="default/a+b c", Delimiter="(")
    assert listed["CommonPrefixes"]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "copy"}]})


def test_the_session_of_boto3_resources_and_transfers(host: Host, keys: Keys, bucket: str) -> None:
    """boto3's resource and its managed transfer, as awswrangler and others use them."""
    session = boto3.Session(keys.access_key, keys.secret, region_name=REGION)
    target = session.resource("s3", endpoint_url=host.endpoint).Bucket(bucket)
    target.put_object(Key="resource", Body=b"resource")
    assert [found.key for found in target.objects.filter(Prefix="resource")] == ["resource"]
