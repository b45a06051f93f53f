"""Nested stacks: an update of the outer stack updates the inner one, and waits for it.

[CloudFormation template reference: AWS::CloudFormation::Stack]
"""

from typing import Any

from wavetank.core.clock import WallClock
from wavetank.emulator.cloudformation.updates.call import (
    UpdatableType,
    UpdateCall,
    UpdateFailedError,
    each,
)

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
NO_CHANGE = "No updates are to be performed"
UPDATED = "UPDATE_COMPLETE"
PACE_SECONDS = 0.1


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
    except cloudformation.exceptions.ClientError as error:
        if NO_CHANGE not in str(error):
            raise
        return
    found = _settled(call, stack)
    if found["StackStatus"] != UPDATED:
        reason = found.get("StackStatusReason") or found["StackStatus"]
        raise UpdateFailedError(f"Embedded stack {stack} was not successfully updated: {reason}")
    call.attributes["Outputs"] = {
        output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])
    }


def _settled(call: UpdateCall, stack: str) -> Any:
    """Wait for the inner stack's update to end, and return the stack."""
    while True:
        (found,) = call.clients.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        if not found["StackStatus"].endswith("_IN_PROGRESS"):
            return found
        WallClock().sleep(PACE_SECONDS)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


TYPES = {
    "AWS::CloudFormation::Stack": UpdatableType(in_place=each("Parameters TemplateURL", _update))
}
