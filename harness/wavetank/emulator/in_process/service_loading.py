"""Loads LocalStack's services before they are needed, without creating resources or threads."""

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module  # noqa: TID251 - LocalStack's modules are found, not named
from pkgutil import iter_modules
from typing import Any

import localstack.services

OURS = (
    "dynamodb",
    "events",
    "iam",
    "kinesisfirehose",
    "lambda_",
    "logs",
    "s3",
    "scheduler",
    "sns",
    "sqs",
)
"""The services that pipelines use, by LocalStack's names of their packages."""
LAZILY_IMPORTED = ("_strptime", "moto.iam.responses", "moto.iam.urls", "moto.logs.responses")
"""Modules that a first deployment imports besides the providers of its resources."""


def load_services(aws: Any) -> None:
    """Call each service once, and import CloudFormation's resource providers for them.

    `aws` are clients of the LocalStack in this process.
    """
    aws.cloudformation.list_stacks()
    aws.dynamodb.list_tables()
    aws.events.list_rules()
    aws.firehose.list_delivery_streams()
    aws.iam.list_roles()
    aws.awslambda.list_functions()
    aws.logs.describe_log_groups()
    aws.s3.list_buckets()
    aws.scheduler.list_schedules()
    aws.sns.list_topics()
    aws.sts.get_caller_identity()
    for name in (*LAZILY_IMPORTED, *_resource_providers()):
        import_module(name)


def _resource_providers() -> Iterator[str]:
    """LocalStack's provider modules: all of our services, and those that it scans itself."""
    for service in iter_modules(localstack.services.__path__, "localstack.services."):
        ours = service.name.rpartition(".")[2] in OURS
        with suppress(ModuleNotFoundError):  # services whose resources are not created
            package = import_module(f"{service.name}.resource_providers")
            for module in iter_modules(package.__path__, f"{package.__name__}."):
                if ours or module.name.endswith("_plugin"):
                    yield module.name
