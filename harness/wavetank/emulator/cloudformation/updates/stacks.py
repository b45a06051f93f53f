"""Nested stacks: an update of the outer stack is one of the inner, and waits for it.

[CloudFormation template reference: AWS::CloudFormation::Stack]
"""

from typing import Any

from wavetank.clients import ClientError, WaiterError
from wavetank.emulator.cloudformation.updates.call import (
    ResourceType,
    UpdateCall,
    UpdateFailedError,
    each,
)

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
NO_CHANGE = "No updates are to be performed"
PACE = {"Delay": 0.2, "MaxAttempts": 9000}


def _update(call: UpdateCall) -> None:
    cloudformation, stack = call.clients.cloudformation, call.model["Id"]
    try:
        cloudformation.update_stack(
            StackName=stack,
            TemplateURL=call.desired["TemplateURL"],
            Capabilities=CAPABILITIES,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": _text(value)}
                for key, value in call.now("Parameters", {}).items()
            ],
        )
    except ClientError as error:
        if NO_CHANGE not in str(error):
            raise
        return
    try:
        cloudformation.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig=PACE)
    except WaiterError as error:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        reason = found.get("StackStatusReason") or found["StackStatus"]
        raise UpdateFailedError(
            f"Embedded stack {stack} was not successfully updated: {reason}"
        ) from error
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    call.attributes["Outputs"] = {
        output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


TYPES = {
    "AWS::CloudFormation::Stack": ResourceType(in_place=each("Parameters TemplateURL", _update))
}
