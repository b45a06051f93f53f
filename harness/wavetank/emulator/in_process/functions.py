"""What is deployed as a function, as far as running its handler here needs to know it.

Read from where LocalStack keeps it, and so from what was really deployed: the zip, unpacked, and
the configuration. [LocalStack 4.14: services/lambda_/invocation/models.py]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion
from localstack.services.lambda_.invocation.models import lambda_stores

from wavetank.emulator.access.decisions import decision
from wavetank.emulator.access.request import AccessRequest, service
from wavetank.emulator.access.resources import find_resource
from wavetank.emulator.executor.variables import Place, function_variables

LATEST = "$LATEST"


@dataclass(frozen=True, kw_only=True)
class DeployedFunction:
    """A function's code and configuration; `revision` changes when either does."""

    name: str
    arn: str
    revision: str
    code: Path
    code_sha256: str
    handler: str
    role: str
    own_variables: Mapping[str, str]
    timeout_seconds: int
    memory_mb: int
    runtime: str


def deployed_function(arn: str) -> DeployedFunction:
    """The function of the ARN, its newest version.

    Raises:
        LookupError: there is none, or it has no zip.
    """
    version = _version(arn)
    configuration = version.config
    code = configuration.code
    if code is None:
        raise LookupError(f"{arn} has no zip")
    code.prepare_for_execution()
    return DeployedFunction(
        name=version.id.function_name,
        arn=version.id.unqualified_arn(),
        revision=configuration.revision_id,
        code=Path(code.get_unzipped_code_location()),
        code_sha256=code.code_sha256,
        handler=configuration.handler or "",
        role=configuration.role,
        own_variables=dict(configuration.environment or {}),
        timeout_seconds=configuration.timeout,
        memory_mb=configuration.memory_size,
        runtime=configuration.runtime or "provided",
    )


def revision(arn: str) -> str:
    """What tells one state of the function from another, cheaply.

    Raises:
        LookupError: there is no such function.
    """
    return _version(arn).config.revision_id


def function_environment(function: DeployedFunction, name: str, endpoint: str) -> dict[str, str]:
    """The variables that a handler finds: AWS's own, the function's, and its role's credentials.

    `name` is that of the execution environment, and of the role's session.
    [Lambda developer guide, configuration-envvars]
    """
    prepared = {
        "AWS_DEFAULT_REGION": _region(function.arn),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": LATEST,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": name,
        "AWS_REGION": _region(function.arn),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
        **_credentials(function.role, name),
    }
    place = Place(task_root=function.code, runtime_api="", scratch=function.code.parent)
    return function_variables(prepared, function.own_variables, function.runtime, place)


def _credentials(role: str, session: str) -> dict[str, str]:
    """The role's, as the SDK reads them."""
    sts: Any = connect_to().sts
    caller = sts.request_metadata(service_principal="lambda")
    answer = caller.assume_role(RoleArn=role, RoleSessionName=session)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
    }


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _version(arn: str) -> FunctionVersion:
    _, _, _, region, account, _, name = arn.split(":")[:7]
    function = lambda_stores[account][region].functions.get(name)
    if function is None:
        raise LookupError(f"there is no function {arn}")
    return function.latest()


def rule_may_invoke(rule_arn: str, function_arn: str) -> bool:
    """Whether the function's own policy lets EventBridge in for the rule.

    [EventBridge user guide, eb-use-resource-based]
    """
    resource = find_resource(function_arn, "")
    if resource.policy is None:
        return False
    request = AccessRequest(
        principal=service("events.amazonaws.com"),
        action="lambda:InvokeFunction",
        resource=function_arn,
        context={"aws:SourceArn": (rule_arn,), "aws:SourceAccount": (rule_arn.split(":")[4],)},
    )
    return decision(request, (), resource).allowed
