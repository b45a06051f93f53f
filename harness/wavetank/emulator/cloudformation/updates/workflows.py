"""State machines and activities.

[CloudFormation template reference: AWS::StepFunctions]
"""

from typing import Any

from wavetank.emulator.cloudformation.updates.call import UpdatableType, UpdateCall, each
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

DEFINITION = "Definition DefinitionS3Location DefinitionString DefinitionSubstitutions"
NO_LOGGING = {"level": "OFF", "includeExecutionData": False, "destinations": []}


def _define(call: UpdateCall) -> None:
    provider: Any = call.provider
    settings: dict[str, Any] = {
        "definition": provider._get_definition(dict(call.desired), call.clients.s3),  # noqa: SLF001 - LocalStack has no public name for it
        "loggingConfiguration": call.now("LoggingConfiguration", NO_LOGGING),
        "roleArn": call.desired["RoleArn"],
    }
    if "TracingConfiguration" in call.changed:
        settings["tracingConfiguration"] = call.now("TracingConfiguration", {"enabled": False})
    call.clients.stepfunctions.update_state_machine(stateMachineArn=call.model["Arn"], **settings)


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


TAGS = tagged(
    "stepfunctions",
    attribute("Arn"),
    resource="resourceArn",
    tag=("tag_resource", "tags"),
    untag=("untag_resource", "tagKeys"),
    form=_tags,
)
TYPES = {
    "AWS::StepFunctions::Activity": UpdatableType(in_place={"Tags": TAGS}),
    "AWS::StepFunctions::StateMachine": UpdatableType(
        in_place={
            **each(f"{DEFINITION} LoggingConfiguration RoleArn TracingConfiguration", _define),
            "Tags": TAGS,
        },
        at_creation=frozenset({"Tags"}),
    ),
}
