"""One LocalStack for the tests of signatures; users and buckets are each test's own."""

from collections.abc import Iterator

import pytest

from tests.live.hosts import Host, child_host
from tests.live.names import unique_letters
from tests.security.signing import ALLOW_ALL, Keys, client_of
from wavetank.clients import AwsClients, sandbox_clients


@pytest.fixture(scope="session")
def verifying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """LocalStack as it is by default: it verifies signatures and enforces policies."""
    with child_host(tmp_path_factory.mktemp("verifying")) as host:
        yield host


@pytest.fixture(scope="session")
def owner(verifying: Host) -> AwsClients:
    """Clients of the account's administrator."""
    return sandbox_clients(verifying.endpoint)


@pytest.fixture
def user(owner: AwsClients) -> str:
    """The name of a new user who may do everything."""
    name = f"user-{unique_letters()}"
    owner.iam.create_user(UserName=name)
    owner.iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=ALLOW_ALL)
    return name


@pytest.fixture
def keys(owner: AwsClients, user: str) -> Keys:
    """The access key of a new user who may do everything."""
    made = owner.iam.create_access_key(UserName=user)["AccessKey"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"])


@pytest.fixture
def bucket(owner: AwsClients, verifying: Host) -> str:
    """A new bucket with one object."""
    name = f"bucket-{unique_letters()}"
    owner.s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3 = client_of(verifying.endpoint, "s3", Keys("test", "test"))
    s3.put_object(Bucket=name, Key="a key/+~", Body=b"body")
    return name
