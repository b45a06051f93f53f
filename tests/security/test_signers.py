"""No caller can sign as another: by a malformed header, link or form, or as a deleted user."""

import http.client
import json
from functools import partial
from typing import Any

import pytest
import requests

from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.security.signing import ALLOW_ALL, Keys, client_of, code_of, keys_of, read
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.core.settings import SANDBOX_ACCOUNT, SANDBOX_OTHER_ACCOUNT

HTTP_SECONDS = 10
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": SANDBOX_ACCOUNT},
            "Action": "sts:AssumeRole",
        },
    }
)
REST = "{scope}, SignedHeaders=host, Signature=00"
MALFORMED = [
    f"AWS4-HMAC-SHA256 Credential= {{key}}/{REST}",
    f"AWS4-HMAC-SHA256 Credential=={{key}}/{REST}",
    f"AWS4-HMAC-SHA256 Credential=,{{key}}/{REST}",
    f"AWS4-HMAC-SHA256 credential={{key}}/{REST}",
    f"AWS4-HMAC-SHA256 Credential={{key}} /{REST}",
    f"AWS4-HMAC-SHA256  Credential={{key}}/{REST}",
    f"AWS4-HMAC-SHA256\tCredential={{key}}/{REST}",
    f"aws4-hmac-sha256 Credential={{key}}/{REST}",
    f"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00, Credential={{key}}/{REST}",
    "AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders=Credential={key}/1/2/3, Signature=0",
    "AWS4-HMAC-SHA256 Credential=test/{scope}, Credential={key}/{scope}",
    f"AWS4-X Credential={{key}}/{REST}",
    "AWS {key} :00",
]


@pytest.fixture
def weak(owner: AwsClients) -> Keys:
    """The access key of a new user without policies."""
    name = f"weak-{unique_letters()}"
    owner.iam.create_user(UserName=name)
    made = owner.iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"])


def _ask(host: Host, service: str, *authorizations: str) -> tuple[int, str]:
    """A call that an administrator may make, with the headers as they are."""
    port = int(host.endpoint.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HTTP_SECONDS)
    bodies = {
        "iam": b"Action=ListUsers&Version=2010-05-08",
        "sts": b"Action=GetCallerIdentity&Version=2011-06-15",
    }
    body = bodies.get(service, b"")
    connection.putrequest("POST" if body else "GET", "/")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(body)))
    connection.putheader("X-Amz-Date", f"{WallClock().now():%Y%m%dT%H%M%SZ}")
    for each in authorizations:
        connection.putheader("Authorization", each)
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def _scope(service: str) -> str:
    return f"{WallClock().now():%Y%m%d}/eu-west-1/{service}/aws4_request"


@pytest.mark.parametrize("form", MALFORMED)
def test_a_malformed_header_grants_no_administrator_access(
    host: Host, weak: Keys, form: str
) -> None:
    """It is refused by each kind of service, with an error of the client's."""
    for service in ("iam", "sts", "s3"):
        for key in (weak.access_key, weak.access_key.lower(), "ASIA1"):
            status, text = _ask(host, service, form.format(key=key, scope=_scope(service)))
            assert status in {400, 403}, (service, key, text)


def test_keys_of_an_issued_form_are_refused(host: Host, weak: Keys) -> None:
    """In small letters, too short, and beside another header."""
    for key in (weak.access_key.lower(), "ASIA1", "lkia"):
        assert read(host.endpoint, "iam", Keys(key, "any")) == "InvalidClientTokenId"
        assert read(host.endpoint, "s3", Keys(key, "any")) == "InvalidAccessKeyId"
    test = f"AWS4-HMAC-SHA256 Credential=test/{_scope('iam')}, SignedHeaders=host, Signature=00"
    weak_too = test.replace("=test/", f"={weak.access_key}/")
    assert _ask(host, "iam", test, weak_too)[0] == 403
    assert _ask(host, "iam", weak_too, test)[0] == 403
    assert _ask(host, "iam", test)[0] == 200


def test_a_caller_without_a_signature_is_anonymous(host: Host) -> None:
    """Not even to ask who it is."""
    for authorization in ("Bearer abc", f"Basic Credential=test/{_scope('sts')}"):
        status, text = _ask(host, "sts", authorization)
        assert (status, "MissingAuthenticationToken" in text) == (403, True)


def test_the_fields_of_a_header_may_be_in_any_order(host: Host) -> None:
    """As AWS takes them; a header of a sandbox's own keys may be made by hand."""
    for authorization in (
        f"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00, Credential=test/{_scope('sts')}",
        f"AWS4-HMAC-SHA256 Credential=test/{_scope('sts')}",
    ):
        status, text = _ask(host, "sts", authorization)
        assert (status, ":root</Arn>" in text) == (200, True)


def test_the_signer_of_a_link_is_determined_by_its_signature_only(
    host: Host, keys: Keys, bucket: str
) -> None:
    """Version 2 signs few parameters; LocalStack makes headers of the others."""
    s3 = client_of(host.endpoint, "s3", Keys(SANDBOX_OTHER_ACCOUNT, "test"), signature_version="s3")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a key/+~"})
    header = f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{_scope('s3')}, Signature=00"
    for name in ("Authorization", "authorization"):
        answer = requests.get(link, params={name: header}, timeout=HTTP_SECONDS)
        assert (answer.status_code, SANDBOX_OTHER_ACCOUNT in answer.text) == (403, True)


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_key_of_a_link_or_form_has_no_other_readers(
    host: Host, keys: Keys, bucket: str, version: str
) -> None:
    """A key with a colon would be an administrator's for one, and a user's for another."""
    false = Keys(f"{keys.access_key}:x", f"{keys.access_key}:x")
    s3 = client_of(host.endpoint, "s3", false, signature_version=version)
    link = s3.generate_presigned_url("list_objects", Params={"Bucket": bucket})
    assert requests.get(link, timeout=HTTP_SECONDS).status_code == 400
    made = s3.generate_presigned_post(bucket, "key")
    files = {"file": ("f", b"x")}
    answer = requests.post(made["url"], data=made["fields"], files=files, timeout=HTTP_SECONDS)
    assert answer.status_code == 400


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_form_is_for_its_upload_alone(
    host: Host, owner: AwsClients, keys: Keys, bucket: str, version: str
) -> None:
    """Its signature is taken for no other operation, and for no other bucket."""
    s3 = client_of(host.endpoint, "s3", keys, signature_version=version)
    made = s3.generate_presigned_post(bucket, "form/key")
    other = f"other-{unique_letters()}"
    owner.s3.create_bucket(
        Bucket=other, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    owner.s3.put_object(Bucket=other, Key="kept", Body=b"kept")
    files = {"file": ("f", b"x")}
    paths = ["secret?uploads", "kept?restore", "kept?select&select-type=2", ""]
    for target in [f"{other}/{path}" for path in paths] + [f"{bucket}?delete"]:
        url = f"{host.endpoint}/{target}"
        answer = requests.post(url, data=made["fields"], files=files, timeout=HTTP_SECONDS)
        assert answer.status_code == 403, (target, answer.text)
    for given, expected in ((bucket, 204), (other, 403)):
        named = s3.generate_presigned_post(
            bucket,
            "key",
            Fields={"bucket": bucket},
            Conditions=[["starts-with", "$bucket", "buck"]],
        )
        url = f"{host.endpoint}/{given}"
        answer = requests.post(url, data=named["fields"], files=files, timeout=HTTP_SECONDS)
        assert answer.status_code == expected, answer.text
    assert "Uploads" not in owner.s3.list_multipart_uploads(Bucket=other)
    answer = requests.post(made["url"], data=made["fields"], files=files, timeout=HTTP_SECONDS)
    assert answer.status_code == 204


def _role(owner: AwsClients, name: str) -> str:
    made = owner.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    return str(made["Role"]["Arn"])


def test_a_session_has_no_rights_of_a_role_that_is_made_anew(
    host: Host, owner: AwsClients, bucket: str
) -> None:
    """Neither the new role's own nor what a resource's policy gives it."""
    name = f"role-{unique_letters()}"
    arn = _role(owner, name)
    session = keys_of(owner.sts.assume_role(RoleArn=arn, RoleSessionName="some")["Credentials"])
    assert read(host.endpoint, "sts", session) == "done"
    owner.iam.delete_role(RoleName=name)
    assert read(host.endpoint, "sts", session) == "InvalidClientTokenId"
    _role(owner, name)
    owner.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=ALLOW_ALL)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": arn},
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket}",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    owner.s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    for service in ("iam", "sts"):
        assert read(host.endpoint, service, session) == "InvalidClientTokenId"
    s3 = client_of(host.endpoint, "s3", session)
    assert code_of(lambda: s3.list_objects_v2(Bucket=bucket)) == "InvalidAccessKeyId"
    new = keys_of(owner.sts.assume_role(RoleArn=arn, RoleSessionName="some")["Credentials"])
    assert read(host.endpoint, "iam", new) == "done"


def test_a_delivery_stream_goes_on_with_a_role_that_is_made_anew(
    host: Host, owner: AwsClients, bucket: str
) -> None:
    """Firehose keeps sessions of roles, and assumes the new one."""
    name = f"role-{unique_letters()}"
    trust = TRUST.replace(f'"AWS": "{SANDBOX_ACCOUNT}"', '"Service": "firehose.amazonaws.com"')

    def make_role() -> str:
        made = owner.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        owner.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=ALLOW_ALL)
        return str(made["Role"]["Arn"])

    stream: Any = {
        "RoleARN": make_role(),
        "BucketARN": f"arn:aws:s3:::{bucket}",
        "Prefix": "delivered/",
        "BufferingHints": {"IntervalInSeconds": 0, "SizeInMBs": 1},
    }
    owner.firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=stream
    )
    for count in (1, 2):
        owner.firehose.put_record(DeliveryStreamName=name, Record={"Data": b"record"})
        requests.post(f"{host.endpoint}/_wavetank/firehose/flush", timeout=HTTP_SECONDS)
        listed = owner.s3.list_objects_v2(Bucket=bucket, Prefix="delivered/")
        assert listed["KeyCount"] == count
        owner.iam.delete_role_policy(RoleName=name, PolicyName="all")
        owner.iam.delete_role(RoleName=name)
        make_role()


def test_temporary_keys_end_with_their_user(
    host: Host, owner: AwsClients, user: str, keys: Keys
) -> None:
    """Those of GetSessionToken and GetFederationToken; a user of the name is another one."""
    sts = client_of(host.endpoint, "sts", keys)
    session = keys_of(sts.get_session_token()["Credentials"])
    guest = keys_of(sts.get_federation_token(Name="guest", Policy=ALLOW_ALL)["Credentials"])
    for temporary in (session, guest):
        assert read(host.endpoint, "s3", temporary) == "done"
    owner.iam.delete_access_key(UserName=user, AccessKeyId=keys.access_key)
    owner.iam.delete_user_policy(UserName=user, PolicyName="all")
    owner.iam.delete_user(UserName=user)

    def assert_refused() -> None:
        for temporary in (session, guest):
            assert read(host.endpoint, "sts", temporary) == "InvalidClientTokenId"
            assert read(host.endpoint, "s3", temporary) == "InvalidAccessKeyId"

    assert_refused()
    owner.iam.create_user(UserName=user)
    owner.iam.put_user_policy(UserName=user, PolicyName="all", PolicyDocument=ALLOW_ALL)
    assert_refused()


def test_a_session_token_is_none_for_iam(host: Host, owner: AwsClients, keys: Keys) -> None:
    """Without MFA, which a sandbox has not; and of STS for two operations."""
    sts = client_of(host.endpoint, "sts", keys)
    session = keys_of(sts.get_session_token()["Credentials"])
    assert read(host.endpoint, "iam", session) == "InvalidClientTokenId"
    assert read(host.endpoint, "sts", session) == "done"
    again = client_of(host.endpoint, "sts", session)
    arn = _role(owner, f"role-{unique_letters()}")
    again.assume_role(RoleArn=arn, RoleSessionName="some")
    refused: dict[str, dict[str, Any]] = {
        "get_session_token": {},
        "get_federation_token": {"Name": "guest"},
        "get_access_key_info": {"AccessKeyId": keys.access_key},
    }
    for operation, parameters in refused.items():
        call = partial(getattr(again, operation), **parameters)
        assert code_of(call) == "AccessDenied"
    device = {"SerialNumber": f"arn:aws:iam::{SANDBOX_ACCOUNT}:mfa/x", "TokenCode": "123456"}
    assert code_of(lambda: sts.get_session_token(**device)) == "AccessDenied"
