"""Amazon ECR's repositories, by moto: LocalStack has the resource type, and no API for it.

`cdk bootstrap` creates a repository. No registry is behind it, so images cannot be pushed.
"""

from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider


class _EcrProvider:
    """A provider without operations of its own."""

    service = "ecr"


@aws_provider(api="ecr", name="default")  # type: ignore[untyped-decorator]  # LocalStack's
def default_ecr() -> Service:
    """The only provider of ECR."""
    return Service.for_provider(_EcrProvider(), dispatch_table_factory=_all_by_moto)


def _all_by_moto(provider: Any) -> dict[str, Any]:
    return dict.fromkeys(load_service(provider.service).operation_names, _by_moto)


def _by_moto(context: RequestContext, request: object) -> Any:
    del request  # moto parses the HTTP request again
    return call_moto(context)
