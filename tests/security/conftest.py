"""A sandbox to attack, and what it holds: a test sees whether an attack changed anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.live.hosts import Host, child_host
from tests.live.names import unique_letters
from tests.security.signing import ALLOW_ALL, Keys, client_of
from wavetank.aws.clients import AwsClients, sandbox_clients

HTTP_SECONDS = 10
BUCKET = "attacked-bucket"
KEY = "kept.txt"


@dataclass(frozen=True)
class Attacked:
    """A running sandbox with a bucket and an object in it."""

    endpoint: str
    aws: AwsClients

    @property
    def port(self) -> int:
        """Its port on loopback."""
        return int(self.endpoint.rpartition(":")[2])

    def holdings(self) -> dict[str, Any]:
        """What an attack would change: resources by service, switched faults and the clock."""
        aws = self.aws
        return {
            "buckets": [each["Name"] for each in aws.s3.list_buckets()["Buckets"]],
            "objects": _keys(aws),
            "cors": _cors(aws),
            "stacks": aws.cloudformation.list_stacks()["StackSummaries"],
            "functions": aws.awslambda.list_functions()["Functions"],
            "tables": aws.dynamodb.list_tables()["TableNames"],
            "topics": aws.sns.list_topics()["Topics"],
            "rules": aws.events.list_rules()["Rules"],
            "streams": aws.firehose.list_delivery_streams()["DeliveryStreamNames"],
            "roles": [each["RoleName"] for each in aws.iam.list_roles()["Roles"]],
            "users": [each["UserName"] for each in aws.iam.list_users()["Users"]],
            "faults": self._read("faults"),
            "clock": self._read("clock"),
            "mailbox": self._read("mailbox"),
        }

    def _read(self, path: str) -> Any:
        return requests.get(f"{self.endpoint}/_wavetank/{path}", timeout=HTTP_SECONDS).json()


def make_bucket(aws: AwsClients, name: str) -> None:
    """An empty bucket in the clients' region."""
    region: Any = aws.s3.meta.region_name
    aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})


def _keys(aws: AwsClients) -> list[str]:
    return [each["Key"] for each in aws.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def _cors(aws: AwsClients) -> str:
    try:
        return str(aws.s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"])
    except aws.s3.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """LocalStack with our plug-ins as a child process."""
    with child_host(tmp_path_factory.mktemp("attacked")) as running:
        yield running


@pytest.fixture(scope="session")
def attacked(host: Host) -> Attacked:
    """A sandbox that every attack is made on; each must leave it as it is."""
    aws = sandbox_clients(host.endpoint)
    make_bucket(aws, BUCKET)
    aws.s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"kept")
    return Attacked(host.endpoint, aws)


@pytest.fixture
def unchanged(attacked: Attacked) -> Iterator[Attacked]:
    """The sandbox, which holds at the end of the test what it held at its beginning."""
    before = attacked.holdings()
    yield attacked
    assert attacked.holdings() == before


@pytest.fixture(scope="session")
def owner(host: Host) -> AwsClients:
    """Clients of the account's administrator."""
    return sandbox_clients(host.endpoint)


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
def bucket(owner: AwsClients, host: Host) -> str:
    """A new bucket with one object."""
    name = f"bucket-{unique_letters()}"
    owner.s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3 = client_of(host.endpoint, "s3", Keys("test", "test"))
    s3.put_object(Bucket=name, Key="a key/+~", Body=b"body")
    return name
