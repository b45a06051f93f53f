"""Temporary credentials: whose they are, when they end, and the clock that decides it."""

import json
from collections.abc import Iterator
from datetime import timedelta

import freezegun
import pytest
import requests

from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.security.signing import ALLOW_ALL, Keys, client_of, code_of, keys_of, read
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.core.lambda_package import package_files

HTTP_SECONDS = 10
WHO_AM_I = b"""
import boto3
def handler(event, context):
    return boto3.client("sts").get_caller_identity()["Arn"]
"""


@pytest.fixture
def role(owner: AwsClients) -> str:
    """The ARN of a new role that may do everything, for the account and for Lambda."""
    name = f"role-{unique_letters()}"
    trust = [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        for principal in ({"AWS": "000000000000"}, {"Service": "lambda.amazonaws.com"})
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    made = owner.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    owner.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=ALLOW_ALL)
    return made["Role"]["Arn"]


@pytest.fixture
def session(owner: AwsClients, role: str) -> Keys:
    """A session of the role, for an hour."""
    answer = owner.sts.assume_role(RoleArn=role, RoleSessionName="tried")
    return keys_of(answer["Credentials"])


@pytest.fixture
def moved(host: Host) -> Iterator[Host]:
    """The sandbox, whose clock a test may move; it gets the machine's time back."""
    yield host
    requests.delete(f"{host.endpoint}/_wavetank/clock", timeout=HTTP_SECONDS)


def _move(host: Host, hours: float) -> None:
    answer = requests.post(
        f"{host.endpoint}/_wavetank/clock",
        json={"offset_seconds": hours * 3600},
        timeout=HTTP_SECONDS,
    )
    answer.raise_for_status()


def _who(host: Host, keys: Keys) -> str:
    return str(client_of(host.endpoint, "sts", keys).get_caller_identity()["Arn"])


def test_a_role_session_is_the_roles(host: Host, session: Keys, role: str) -> None:
    """With all three parts of its credentials."""
    name = role.rpartition("/")[2]
    assert _who(host, session).endswith(f":assumed-role/{name}/tried")
    assert read(host.endpoint, "s3", session) == "done"
    wrong = Keys(session.access_key, "wrong", session.token)
    assert read(host.endpoint, "s3", wrong) == "SignatureDoesNotMatch"


def test_a_session_token_is_its_users(host: Host, owner: AwsClients, user: str, keys: Keys) -> None:
    """GetSessionToken gives each user a key of its own, with the user's rights and no more."""
    sts = client_of(host.endpoint, "sts", keys)
    session = keys_of(sts.get_session_token()["Credentials"])
    other = keys_of(sts.get_session_token()["Credentials"])
    assert session.access_key != other.access_key
    assert _who(host, session).endswith(f":user/{user}")
    assert read(host.endpoint, "dynamodb", session) == "done"
    owner.iam.delete_user_policy(UserName=user, PolicyName="all")
    assert read(host.endpoint, "dynamodb", session) == "AccessDeniedException"
    again = client_of(host.endpoint, "sts", session)
    assert code_of(again.get_session_token) == "AccessDenied"


def test_a_federated_user_has_no_rights_without_a_policy(host: Host, keys: Keys) -> None:
    """GetFederationToken's key never has all permissions."""
    sts = client_of(host.endpoint, "sts", keys)
    made = keys_of(sts.get_federation_token(Name="guest")["Credentials"])
    assert _who(host, made) == "arn:aws:sts::000000000000:federated-user/guest"
    assert read(host.endpoint, "s3", made) == "AccessDenied"
    root = client_of(host.endpoint, "sts", Keys("test", "test"))
    policy = ALLOW_ALL.replace('"Action": "*"', '"Action": "s3:*"')
    given = root.get_federation_token(Name="guest", Policy=policy)["Credentials"]
    assert read(host.endpoint, "s3", keys_of(given)) == "done"
    assert read(host.endpoint, "dynamodb", keys_of(given)) == "AccessDeniedException"


def test_a_federated_user_has_what_its_policies_and_its_user_allow(
    host: Host, owner: AwsClients, user: str, keys: Keys
) -> None:
    """Session policies of both kinds are evaluated, and so are the user's own."""
    sts = client_of(host.endpoint, "sts", keys)
    managed = owner.iam.create_policy(
        PolicyName=f"all-{unique_letters()}", PolicyDocument=ALLOW_ALL
    )
    for given in ({"Policy": ALLOW_ALL}, {"PolicyArns": [{"arn": managed["Policy"]["Arn"]}]}):
        answer = sts.get_federation_token(Name="guest", Tags=[{"Key": "a", "Value": "b"}], **given)
        guest = keys_of(answer["Credentials"])
        assert read(host.endpoint, "s3", guest) == "done"
        assert read(host.endpoint, "iam", guest) == "InvalidClientTokenId"
    owner.iam.delete_user_policy(UserName=user, PolicyName="all")
    assert read(host.endpoint, "s3", guest) == "AccessDenied"


def test_sessions_and_links_end_by_the_sandboxs_clock(
    moved: Host, session: Keys, bucket: str
) -> None:
    """Also where a fault has made it wrong; requests with a user's key go on."""
    s3 = client_of(moved.endpoint, "s3", Keys("test", "test"), signature_version="s3v4")
    link = s3.generate_presigned_url("list_objects_v2", Params={"Bucket": bucket}, ExpiresIn=60)
    assert requests.get(link, timeout=HTTP_SECONDS).status_code == 200
    _move(moved, 2)
    assert read(moved.endpoint, "s3", session) == "ExpiredToken"
    assert read(moved.endpoint, "iam", session) == "ExpiredToken"
    assert read(moved.endpoint, "dynamodb", session) == "ExpiredTokenException"
    assert "Request has expired" in requests.get(link, timeout=HTTP_SECONDS).text
    _move(moved, -2)
    assert "not valid yet" in requests.get(link, timeout=HTTP_SECONDS).text
    assert read(moved.endpoint, "s3", session) == "done"


def test_requests_are_refused_when_they_are_old(host: Host, keys: Keys) -> None:
    """Five minutes for most services, fifteen for S3, before and after."""
    now = WallClock().now()
    for minutes, service, expected in (
        (4, "sts", "done"),
        (6, "sts", "SignatureDoesNotMatch"),
        (-6, "dynamodb", "InvalidSignatureException"),
        (6, "s3", "done"),
        (16, "s3", "RequestTimeTooSkewed"),
        (-16, "s3", "RequestTimeTooSkewed"),
    ):
        with freezegun.freeze_time(now - timedelta(minutes=minutes), tick=True):
            found = read(host.endpoint, service, keys)
        assert found == expected, (minutes, service)


def test_a_functions_own_session_works_and_lasts(moved: Host, owner: AwsClients, role: str) -> None:
    """A handler's calls are verified too; its credentials are renewed on AWS, and do not end."""
    name = f"who-{unique_letters()}"
    package = package_files(name, {"function.py": WHO_AM_I})
    owner.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="function.handler",
        Timeout=30,
        Code={"ZipFile": package.content},
    )
    wait_until_seen(
        lambda: owner.awslambda.get_function_configuration(FunctionName=name)["State"],
        lambda state: state == "Active",
        f"{name} to be active",
    )
    for hours in (0, 14):
        _move(moved, hours)
        answer = owner.awslambda.invoke(FunctionName=name)
        found = json.loads(answer["Payload"].read())
        assert str(found).endswith(f"/{name}"), found
    location = owner.awslambda.get_function(FunctionName=name)["Code"]["Location"]
    assert requests.get(location, timeout=HTTP_SECONDS).content == package.content
