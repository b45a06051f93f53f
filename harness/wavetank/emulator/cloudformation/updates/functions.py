"""Lambda functions and their versions, aliases, permissions and event sources.

[CloudFormation template reference: AWS::Lambda; Lambda API reference]
"""

from collections.abc import Mapping
from typing import Any

from localstack.services.lambda_.resource_providers.aws_lambda_function import (
    _get_lambda_code_param,
)

from wavetank.emulator.cloudformation.updates.call import (
    Apply,
    UpdatableType,
    UpdateCall,
    each,
)
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

CONFIGURATION_DEFAULTS: Mapping[str, Any] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "FileSystemConfigs": [],
    "Handler": "",
    "ImageConfig": {},
    "KmsKeyArn": "",
    "Layers": [],
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "Role": "",
    "Runtime": "",
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
API_NAMES = {"KmsKeyArn": "KMSKeyArn"}
SOURCE_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": None,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {},
    "DocumentDBEventSourceConfig": {},
    "Enabled": True,
    "FilterCriteria": {"Filters": []},
    "FunctionName": None,
    "FunctionResponseTypes": [],
    "KmsKeyArn": "",
    "MaximumBatchingWindowInSeconds": 0,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "MetricsConfig": {"Metrics": []},
    "ParallelizationFactor": 1,
    "ScalingConfig": {},
    "SourceAccessConfigurations": [],
    "TumblingWindowInSeconds": 0,
}
SQS_BATCH, STREAM_BATCH = 10, 100
PERMISSION = (
    "Action",
    "EventSourceToken",
    "FunctionName",
    "FunctionUrlAuthType",
    "Principal",
    "PrincipalOrgID",
    "SourceAccount",
    "SourceArn",
)


def _configure(call: UpdateCall) -> None:
    changes = {
        API_NAMES.get(name, name): call.now(name, default)
        for name, default in CONFIGURATION_DEFAULTS.items()
        if name in call.changed
    }
    if "Environment" in changes:
        variables = changes["Environment"].get("Variables", {})
        changes["Environment"] = {"Variables": {key: str(text) for key, text in variables.items()}}
    call.clients.lambda_.update_function_configuration(
        FunctionName=call.model["FunctionName"], **changes
    )
    _settle(call)


def _load(call: UpdateCall) -> None:
    properties: Any = {**call.desired, "FunctionName": call.model["FunctionName"]}
    code = _get_lambda_code_param(properties, _include_arch=True)
    call.clients.lambda_.update_function_code(FunctionName=call.model["FunctionName"], **code)
    _settle(call)


def _settle(call: UpdateCall) -> None:
    """Wait for the update to end: Lambda refuses a second change during it."""
    waiter = call.clients.lambda_.get_waiter("function_updated_v2")
    pace = {"Delay": 0.1, "MaxAttempts": 600}
    waiter.wait(FunctionName=call.model["FunctionName"], WaiterConfig=pace)


def _reserve(call: UpdateCall) -> None:
    name, count = call.model["FunctionName"], call.now("ReservedConcurrentExecutions")
    if count is None:
        call.clients.lambda_.delete_function_concurrency(FunctionName=name)
    else:
        call.clients.lambda_.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=int(count)
        )


def _manage_runtime(call: UpdateCall) -> None:
    value = call.now("RuntimeManagementConfig", {"UpdateRuntimeOn": "Auto"})
    call.clients.lambda_.put_runtime_management_config(
        FunctionName=call.model["FunctionName"], **value
    )


def _limit_recursion(call: UpdateCall) -> None:
    call.clients.lambda_.put_function_recursion_config(
        FunctionName=call.model["FunctionName"],
        RecursiveLoop=call.now("RecursiveLoop", "Terminate"),
    )


def _retry(call: UpdateCall) -> None:
    names = ("FunctionName", "Qualifier", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
    settings = {name: call.desired[name] for name in names if name in call.desired}
    destinations = call.now("DestinationConfig", {})
    call.clients.lambda_.put_function_event_invoke_config(
        **settings, DestinationConfig=destinations
    )


def _permit(call: UpdateCall) -> None:
    """Replace the permission, with the conditions that LocalStack's creation omits."""
    client, statement = call.clients.lambda_, call.model["Id"]
    client.remove_permission(FunctionName=call.model["FunctionName"], StatementId=statement)
    conditions = {name: call.desired[name] for name in PERMISSION if name in call.desired}
    client.add_permission(StatementId=statement, **conditions)


def _point(call: UpdateCall) -> None:
    call.clients.lambda_.update_alias(
        FunctionName=call.model["FunctionName"],
        Name=call.model["Name"],
        FunctionVersion=call.desired["FunctionVersion"],
        Description=call.now("Description", ""),
        RoutingConfig=_routing(call),
    )


def _routing(call: UpdateCall) -> dict[str, Any]:
    weights = call.now("RoutingConfig", {}).get("AdditionalVersionWeights") or []
    return {
        "AdditionalVersionWeights": {
            entry["FunctionVersion"]: float(entry["FunctionWeight"]) for entry in weights
        }
    }


def _provision(call: UpdateCall) -> None:
    where = {"FunctionName": call.model["FunctionName"], "Qualifier": call.model["Name"]}
    value = call.now("ProvisionedConcurrencyConfig")
    if value:
        call.clients.lambda_.put_provisioned_concurrency_config(
            **where,
            ProvisionedConcurrentExecutions=int(value["ProvisionedConcurrentExecutions"]),
        )
    else:
        call.clients.lambda_.delete_provisioned_concurrency_config(**where)


def _consume(call: UpdateCall) -> None:
    changes = {
        name: call.now(name, _source_default(call, name, default))
        for name, default in SOURCE_DEFAULTS.items()
        if name in call.changed
    }
    call.clients.lambda_.update_event_source_mapping(UUID=call.model["Id"], **changes)


def _source_default(call: UpdateCall, name: str, default: Any) -> Any:
    if name != "BatchSize":
        return default
    is_queue = ":sqs:" in str(call.model.get("EventSourceArn"))
    return SQS_BATCH if is_queue else STREAM_BATCH


def _expose(call: UpdateCall) -> None:
    call.clients.lambda_.update_function_url_config(
        FunctionName=call.model.get("FunctionArn") or call.model["TargetFunctionArn"],
        AuthType=call.desired["AuthType"],
        Cors=call.now("Cors", {}),
        InvokeMode=call.now("InvokeMode", "BUFFERED"),
    )


def _sign(call: UpdateCall) -> None:
    policies = call.now("CodeSigningPolicies", {"UntrustedArtifactOnDeployment": "Warn"})
    call.clients.lambda_.update_code_signing_config(
        CodeSigningConfigArn=call.model["CodeSigningConfigArn"],
        Description=call.now("Description", ""),
        AllowedPublishers=call.desired["AllowedPublishers"],
        CodeSigningPolicies=policies,
    )


def _function() -> dict[str, Apply]:
    return {
        **each("Architectures Code", _load),
        **dict.fromkeys(CONFIGURATION_DEFAULTS, _configure),
        "ReservedConcurrentExecutions": _reserve,
        "RecursiveLoop": _limit_recursion,
        "RuntimeManagementConfig": _manage_runtime,
        "Tags": tagged("lambda_", attribute("Arn"), resource="Resource", form=dict),
    }


TYPES = {
    "AWS::Lambda::Alias": UpdatableType(
        in_place={
            **each("FunctionVersion Description RoutingConfig", _point),
            "ProvisionedConcurrencyConfig": _provision,
        },
    ),
    "AWS::Lambda::CodeSigningConfig": UpdatableType(
        in_place=each("AllowedPublishers CodeSigningPolicies Description", _sign)
    ),
    "AWS::Lambda::EventInvokeConfig": UpdatableType(
        in_place=each("DestinationConfig MaximumEventAgeInSeconds MaximumRetryAttempts", _retry)
    ),
    "AWS::Lambda::EventSourceMapping": UpdatableType(
        in_place={
            **dict.fromkeys(SOURCE_DEFAULTS, _consume),
            "Tags": tagged(
                "lambda_", attribute("EventSourceMappingArn"), resource="Resource", form=dict
            ),
        }
    ),
    "AWS::Lambda::Function": UpdatableType(
        in_place=_function(),
        at_creation=frozenset(
            {
                "EphemeralStorage",
                "KmsKeyArn",
                "RecursiveLoop",
                "ReservedConcurrentExecutions",
                "RuntimeManagementConfig",
                "SnapStart",
            }
        ),
    ),
    "AWS::Lambda::LayerVersion": UpdatableType(in_place={}, generated_name="LayerName"),
    "AWS::Lambda::Permission": UpdatableType(
        in_place=dict.fromkeys(PERMISSION, _permit),
        at_creation=frozenset(
            {"EventSourceToken", "FunctionUrlAuthType", "PrincipalOrgID", "SourceAccount"}
        ),
    ),
    "AWS::Lambda::Url": UpdatableType(in_place=each("AuthType Cors InvokeMode", _expose)),
}
