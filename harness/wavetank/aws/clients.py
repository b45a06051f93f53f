"""Creates every boto3 client, with explicit retries; nothing else uses boto3.

A sandbox is reached with the sandbox's own credentials and an explicit endpoint, never with the
host's configuration: nothing can reach a real account by mistake, no proxy sees the calls, and no
profile, variable or configuration file of the host can break or change them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfigValueStore,
    ConstantProvider,
)
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    ProfileNotFound,
    ReadTimeoutError,
    WaiterError,
)
from botocore.session import Session as CoreSession

from wavetank.aws.service_models import shared_loader
from wavetank.core.errors import UsageError
from wavetank.core.naming import PROBE_SESSION
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_service_quotas import ServiceQuotasClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

__all__ = [
    "AwsClients",
    "BotoCoreError",
    "ClientError",
    "ConnectTimeoutError",
    "HTTPClientError",
    "ReadTimeoutError",
    "WaiterError",
    "access_key",
    "anonymous_clients",
    "aws_clients",
    "clients_with",
    "configured_endpoints",
    "error_code",
    "role_clients",
    "sandbox_clients",
    "shared_clients",
    "without_retries",
]

CONNECT_SECONDS = 5
READ_SECONDS = 90
SHARED_READ_SECONDS = 20
"""Time-outs for many targets: hundreds may wait behind one that does not answer."""
ATTEMPTS_MAX = 4
AWS_ATTEMPTS_MAX = 5
"""AWS throttles, and networks fail: retries for some fifteen seconds."""


@dataclass(frozen=True)
class AwsClients:
    """The clients of one target, created when first used and shared between threads."""

    session: boto3.Session
    endpoint: str | None
    config: Config

    @cached_property
    def apigateway(self) -> Any:
        return self.session.client("apigateway", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return self.session.client("cloudformation", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        return self.session.client("cloudwatch", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self.session.client("dynamodb", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def events(self) -> "EventBridgeClient":
        return self.session.client("events", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def firehose(self) -> "FirehoseClient":
        return self.session.client("firehose", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def iam(self) -> "IAMClient":
        return self.session.client("iam", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def dynamodbstreams(self) -> Any:
        return self.session.client(
            "dynamodbstreams", endpoint_url=self.endpoint, config=self.config
        )

    @cached_property
    def kinesis(self) -> Any:
        return self.session.client("kinesis", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def awslambda(self) -> "LambdaClient":
        return self.session.client("lambda", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self.session.client("logs", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def s3(self) -> "S3Client":
        return self.session.client("s3", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def s3control(self) -> "S3ControlClient":
        return self.session.client("s3control", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def scheduler(self) -> "EventBridgeSchedulerClient":
        return self.session.client("scheduler", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def service_quotas(self) -> "ServiceQuotasClient":
        return self.session.client("service-quotas", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def sns(self) -> "SNSClient":
        return self.session.client("sns", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def sqs(self) -> "SQSClient":
        return self.session.client("sqs", endpoint_url=self.endpoint, config=self.config)

    @cached_property
    def sts(self) -> "STSClient":
        return self.session.client("sts", endpoint_url=self.endpoint, config=self.config)


def sandbox_clients(endpoint: str, account: str = SANDBOX_ACCOUNT) -> AwsClients:
    """Clients of a sandbox; LocalStack derives the account from the access key."""
    return AwsClients(
        session=_isolated_session(account, "test"),
        endpoint=endpoint,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "max_attempts": ATTEMPTS_MAX},
            s3={"addressing_style": "path"},
            proxies={},  # an explicit empty value: otherwise the SDK would use the environment's
        ),
    )


def _isolated_session(key: str, secret: str, token: str | None = None) -> boto3.Session:
    """A session that reads neither `AWS_...` variables nor files: every setting is the default.

    [botocore: configprovider.py, session.py _register_config_store]
    """
    defaults = {
        name: default for name, (_, _, default, _) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    } | {
        "config_file": os.devnull,
        "credentials_file": os.devnull,
        "region": REGION,  # boto3 would set it by a provider that is removed here
        "s3": None,
    }
    providers = {name: ConstantProvider(value) for name, value in defaults.items()}
    core, loader = CoreSession(), shared_loader()
    core.register_component("config_store", ConfigValueStore(mapping=providers))
    core.register_component("data_loader", loader)
    session = boto3.Session(
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        botocore_session=core,
    )
    loader.search_paths.pop()  # boto3's own folder, which every boto3 session adds
    return session


def aws_clients(profile: str | None) -> AwsClients:
    """Clients of AWS itself with the user's credentials: the profile's or the SDK's default.

    Raises:
        UsageError: the profile does not exist.
    """
    try:
        session = boto3.Session(profile_name=profile, region_name=REGION)
    except ProfileNotFound as error:
        action = "see the names with: aws configure list-profiles"
        raise UsageError("a profile of the AWS configuration", str(error), action) from error
    return AwsClients(
        session=session,
        endpoint=None,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "max_attempts": AWS_ATTEMPTS_MAX},
        ),
    )


def configured_endpoints(aws: AwsClients) -> list[str]:
    """Settings of the session's AWS configuration file that redirect calls to another endpoint."""
    profile = aws.session._session.get_scoped_config()  # noqa: SLF001 - boto3 has no door to it
    services = aws.session._session.full_config.get("services", {})  # noqa: SLF001 - as above
    own = services.get(profile.get("services", ""), {})
    found = ["endpoint_url of the profile"] if "endpoint_url" in profile else []
    return found + [
        f"endpoint_url of {service} in the profile's services"
        for service, settings in own.items()
        if isinstance(settings, dict) and "endpoint_url" in settings
    ]


def role_clients(aws: AwsClients, role_arn: str) -> AwsClients:
    """Clients of the same target with the role's credentials, to test its permissions.

    Raises:
        ClientError: the caller may not assume the role.
    """
    answer = aws.sts.assume_role(RoleArn=role_arn, RoleSessionName=PROBE_SESSION)["Credentials"]
    return clients_with(aws, answer)


def clients_with(aws: AwsClients, credentials: Mapping[str, Any]) -> AwsClients:
    """Clients of the same target with a user's access key or a session's credentials."""
    key, secret = credentials["AccessKeyId"], credentials["SecretAccessKey"]
    token = credentials.get("SessionToken")
    if aws.endpoint is not None:
        return replace(aws, session=_isolated_session(key, secret, token))
    session = boto3.Session(
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        region_name=REGION,
    )
    return replace(aws, session=session)


def without_retries(aws: AwsClients) -> AwsClients:
    """The same clients without retries."""
    return replace(aws, config=aws.config.merge(Config(retries={"total_max_attempts": 1})))


def shared_clients(aws: AwsClients, threads: int) -> AwsClients:
    """The same clients for this number of threads, with short time-outs."""
    config = Config(
        max_pool_connections=threads,
        read_timeout=SHARED_READ_SECONDS,
        retries={"mode": "standard", "max_attempts": ATTEMPTS_MAX},
    )
    return replace(aws, config=aws.config.merge(config))


def access_key(aws: AwsClients) -> str | None:
    """The access key that these clients sign with; None without credentials.

    Raises:
        BotoCoreError: the credentials have expired and cannot be renewed.
    """
    credentials = aws.session.get_credentials()
    return None if credentials is None else credentials.get_frozen_credentials().access_key


def anonymous_clients(aws: AwsClients) -> AwsClients:
    """Clients of the same target that sign nothing."""
    return replace(aws, config=aws.config.merge(Config(signature_version=UNSIGNED)))


def error_code(error: ClientError) -> str:
    """The service's error code, such as `ResourceNotFoundException`."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))
