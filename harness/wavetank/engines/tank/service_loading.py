"""Loads LocalStack's services before they are needed, without a resource and without a thread."""

from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules

from wavetank.clients import AwsClients
from wavetank.engines.localstack_child import SERVICES

LAZILY_IMPORTED = ("_strptime", "moto.iam.responses", "moto.iam.urls", "moto.logs.responses")
"""Besides the providers of resources, what a first deployment imports."""


def load_services(aws: AwsClients) -> None:
    """Calls each service once, and imports what CloudFormation makes their resources with."""
    aws.cloudformation.list_stacks()
    aws.dynamodb.list_tables()
    aws.events.list_rules()
    aws.firehose.list_delivery_streams()
    aws.iam.list_roles()
    aws.awslambda.list_functions()
    aws.logs.describe_log_groups()
    aws.s3.list_buckets()
    aws.sns.list_topics()
    aws.sts.get_caller_identity()
    for name in (*LAZILY_IMPORTED, *_providers_of_resources()):
        import_module(name)


def _providers_of_resources() -> list[str]:
    """LocalStack's modules of them: of our services all, of others what it looks through itself."""
    from localstack import services  # noqa: PLC0415 - for a process that boots LocalStack

    found = []
    for service in iter_modules(services.__path__, f"{services.__name__}."):
        ours = service.name.rpartition(".")[2].rstrip("_") in SERVICES
        with suppress(ModuleNotFoundError):  # of services of which no resources are made
            package = import_module(f"{service.name}.resource_providers")
            names = [found.name for found in iter_modules(package.__path__, f"{package.__name__}.")]
            found += [name for name in names if ours or name.endswith("_plugin")]
    return found
