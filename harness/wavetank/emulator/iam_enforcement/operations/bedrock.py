"""Actions of Bedrock's models, most of which are not named after the operation.

[Amazon Bedrock API reference: Converse, ConverseStream, StartAsyncInvoke; user guide:
inference-profiles-prereq]
"""

import re
from collections.abc import Iterator, Mapping

from wavetank.emulator.iam_enforcement.operations.by_table import actions_by_table
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction

INVOKE, INVOKE_STREAM = "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"
ACTIONS: Mapping[str, str] = {
    "Converse": INVOKE,
    "ConverseStream": INVOKE_STREAM,
    "InvokeModel": INVOKE,
    "InvokeModelWithResponseStream": INVOKE_STREAM,
    "StartAsyncInvoke": INVOKE,
}
PROFILE = re.compile(r"(?:apac|au|ca|eu|global|jp|us|us-gov)\.(.+)")
"""An inference profile for several regions: their group, and the model."""


def actions_of_models(call: Call) -> Iterator[RequiredAction]:
    """The actions of a call of bedrock-runtime, on the model that it names.

    An inference profile requires the action on its model as well, of which that in the caller's
    region is checked.
    """
    action = ACTIONS.get(call.operation)
    if action is None:
        yield from actions_by_table(call)
        return
    model = str(call.parameters.get("modelId") or "")
    if model.startswith("arn:"):
        yield RequiredAction(action, model)
        return
    profile = PROFILE.fullmatch(model)
    if profile:
        yield RequiredAction(action, call.arn(f"inference-profile/{model}", "bedrock"))
        model = profile[1]
    yield RequiredAction(action, f"arn:aws:bedrock:{call.region}::foundation-model/{model}")
