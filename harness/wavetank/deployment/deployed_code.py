"""The deployed package of a function, read from the artifact bucket."""

from collections.abc import Mapping

from wavetank.aws.clients import AwsClients
from wavetank.core.lambda_package import Package
from wavetank.core.naming import Names

CODE_KEYS: Mapping[str, str] = {
    "streaming": "StreamingCodeKey",
    "notification": "NotificationCodeKey",
}
"""The stack parameter that names each function's package."""


def stack_package(aws: AwsClients, names: Names, function: str) -> Package:
    """The package that the pipeline stack names for the function, `streaming` or `notification`.

    Raises:
        ClientError: the stack or the package does not exist.
    """
    stack = aws.cloudformation.describe_stacks(StackName=names.pipeline_stack)["Stacks"][0]
    entries = stack.get("Parameters", [])
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in entries}
    bucket, key = parameters["ArtifactBucketName"], parameters[CODE_KEYS[function]]
    return Package(function, aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
