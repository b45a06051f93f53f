"""The deployed functions, as far as the simulator needs them to run the handlers.

Read from LocalStack's stores, and so from what was really deployed: the unpacked zip, and the
configuration. [LocalStack 4.14: services/lambda_/invocation/models.py]
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.lambda_models import Function
from localstack.services.lambda_.invocation.lambda_service import store_lambda_archive
from localstack.services.lambda_.invocation.models import lambda_stores

from wavetank.emulator.iam_enforcement.decision_cache import Applying, decision
from wavetank.emulator.iam_enforcement.resource_policies import ProtectedResource, find_resource
from wavetank.emulator.lambda_.bootstrap import layer_folders
from wavetank.emulator.lambda_.layers import layers_folder
from wavetank.emulator.lambda_.variables import ProcessPaths, function_variables
from wavetank.iam.request import ANONYMOUS, AccessRequest, service

LATEST = "$LATEST"
WITHOUT_TRACES = {"AWS_XRAY_SDK_ENABLED": "false"}
"""The X-Ray SDK would replace methods of the AWS SDK, which is the whole process's here."""
JSON = "JSON"
"""The format of a log whose lines have fields."""


@dataclass(frozen=True, kw_only=True)
class DeployedFunction:
    """A deployed Lambda function: its code and configuration.

    `revision` changes with either. `layers` are the folders of Python packages in its layers, in
    the order of the search; `may_recurse` is whether its RecursiveLoop is Allow. `log_level` is
    the level from which `log_group` gets lines of JSON, None if it gets plain text.
    """

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
    concurrency_max: int | None
    log_group: str
    log_level: str | None = None
    layers: tuple[Path, ...] = ()
    version: str = LATEST
    may_recurse: bool = False


@dataclass(frozen=True)
class _Described:
    """A function, and the version it was read from: LocalStack replaces a version as a whole."""

    version: Any
    concurrency_max: int | None
    function: DeployedFunction


REPLACED: list[Any] = []
"""Code that is no function's any more, and may still be in use."""
DESCRIBED: dict[str, _Described] = {}
"""Cached by ARN: valid for as long as LocalStack has the same version."""


def deployed_function(arn: str) -> DeployedFunction:
    """The version that the ARN names by its number or its alias; without one, the newest code.

    Of an alias with two versions it is the first.

    Raises:
        LookupError: it does not exist, or has no zip.
    """
    function = _function(arn)
    version, concurrency_max = _version(function, arn), function.reserved_concurrent_executions
    known = DESCRIBED.get(arn)
    if known is None or known.version is not version or known.concurrency_max != concurrency_max:
        described = _described(arn, version, concurrency_max)
        may_recurse = str(function.recursive_loop) == "Allow"
        described = replace(described, may_recurse=may_recurse)
        known = DESCRIBED[arn] = _Described(version, concurrency_max, described)
    return known.function


def _described(arn: str, version: Any, concurrency_max: int | None) -> DeployedFunction:
    configuration = version.config
    code = configuration.code
    if code is None:
        raise LookupError(f"{arn} has no zip")
    code.prepare_for_execution()
    settings: Any = configuration.logging_config or {}
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
        concurrency_max=concurrency_max,
        log_group=settings.get("LogGroup") or f"/aws/lambda/{version.id.function_name}",
        log_level=_json_log_level(settings),
        layers=tuple(_python_layers(configuration)),
        version=version.id.qualifier,
    )


def _python_layers(configuration: Any) -> Iterator[Path]:
    """The folders in the function's layers in which its runtime looks for packages."""
    folder = layers_folder(configuration.layers)
    if folder is not None:
        runtime = f"AWS_Lambda_{configuration.runtime}"
        yield from map(Path, layer_folders(str(folder), runtime))


def packaged_code(arn: str) -> bytes:
    """The deployed zip.

    Raises:
        LookupError: the function does not exist, or has no zip.
    """
    code: Any = _function(arn).latest().config.code
    if code is None:
        raise LookupError(f"{arn} has no zip")
    archive = io.BytesIO()
    code._download_archive_to_file(archive)  # noqa: SLF001 - a zip in LocalStack's own S3 has it, under no public name
    return archive.getvalue()


def replace_code(arn: str, archive: bytes) -> Callable[[], None]:
    """Make the zip the function's code immediately; returns a function that restores the former.

    LocalStack's own UpdateFunctionCode activates a version in a thread of its own, at some later
    time: in virtual time that instant would not be deterministic.

    Either makes a new revision, so that the next invocation has a new environment. The new code
    stays on disk until `destroy_replaced`: an invocation in flight may still import from it.

    Raises:
        LookupError: the function does not exist.
    """
    function = _function(arn)
    former = function.latest()
    _, _, _, region, account, _, name = arn.split(":")[:7]
    code = store_lambda_archive(archive, name, region, account)
    changed = replace(former.config, code=code)
    function.versions[LATEST] = replace(former, config=changed)

    def restore() -> None:
        function.versions[LATEST] = replace(former, config=replace(former.config))
        REPLACED.append(code)

    return restore


def destroy_replaced() -> None:
    """Delete the code that was replaced, once no handler runs."""
    while REPLACED:
        REPLACED.pop().destroy()


def function_environment(function: DeployedFunction, name: str, endpoint: str) -> dict[str, str]:
    """The handler's environment variables: AWS's, the function's, and its role's credentials.

    `name` is that of the environment's log stream; the role's session is named after the function.
    [Lambda developer guide, configuration-envvars]
    """
    prepared = {
        "AWS_DEFAULT_REGION": _region(function.arn),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": name,
        "AWS_REGION": _region(function.arn),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
        **_credentials(function.role, function.name),
    }
    if function.log_level is not None:
        prepared |= {"AWS_LAMBDA_LOG_FORMAT": JSON, "AWS_LAMBDA_LOG_LEVEL": function.log_level}
    paths = ProcessPaths(task_root=function.code, runtime_api="", scratch=function.code.parent)
    made = function_variables(prepared, function.own_variables, function.runtime, paths)
    return made | WITHOUT_TRACES


def _json_log_level(settings: Mapping[str, str]) -> str | None:
    """The level of a function's messages, which it has with the format JSON only."""
    is_json = settings.get("LogFormat") == JSON
    return settings.get("ApplicationLogLevel", "INFO") if is_json else None


def _credentials(role: str, session: str) -> dict[str, str]:
    """The role's credentials, as the SDK reads them."""
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


def _function(arn: str) -> Function:
    _, _, _, region, account, _, name = arn.split(":")[:7]
    function = lambda_stores[account][region].functions.get(name)
    if function is None:
        raise LookupError(f"function {arn} does not exist")
    return function


def _version(function: Function, arn: str) -> Any:
    _, _, qualifier = arn.partition(f":{function.function_name}:")
    alias = function.aliases.get(qualifier)
    found = function.versions.get(alias.function_version if alias else qualifier or LATEST)
    if found is None:
        raise LookupError(f"function {arn} has no such version or alias")
    return found


def rule_may_invoke(rule_arn: str, function_arn: str) -> bool:
    """Whether the function's own policy allows EventBridge to invoke it for the rule.

    [EventBridge user guide, eb-use-resource-based]
    """
    return service_may_invoke("events.amazonaws.com", rule_arn, function_arn)


def service_may_invoke(name: str, source_arn: str, function_arn: str) -> bool:
    """Whether the function's own policy allows the service to invoke it for that source.

    [Lambda developer guide, access-control-resource-based]
    """
    resource = find_resource(function_arn, "")
    return _is_permitted(name, source_arn, function_arn, resource)


def url_is_public(function_arn: str) -> bool:
    """Whether the function's own policy allows anyone to call its URL.

    [Lambda developer guide, urls-auth]
    """
    resource = find_resource(function_arn, "")
    if resource.policy is None:
        return False
    request = AccessRequest(
        principal=ANONYMOUS,
        action="lambda:InvokeFunctionUrl",
        resource=function_arn,
        context={"lambda:FunctionUrlAuthType": ("NONE",)},
    )
    return decision(request, Applying(()), resource).allowed


@lru_cache(maxsize=1024)
def _is_permitted(
    name: str, source_arn: str, function_arn: str, resource: ProtectedResource
) -> bool:
    """Cached: checked again only if the policy differs."""
    if resource.policy is None:
        return False
    request = AccessRequest(
        principal=service(name),
        action="lambda:InvokeFunction",
        resource=function_arn,
        context={"aws:SourceArn": (source_arn,), "aws:SourceAccount": (source_arn.split(":")[4],)},
    )
    return decision(request, Applying(()), resource).allowed
