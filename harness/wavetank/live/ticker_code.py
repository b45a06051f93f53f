"""Puts the code of the ticker's functions right where it was replaced otherwise than by a stack.

CloudFormation compares templates and parameters only, so a deployment does not see such code.
"""

from collections.abc import Mapping

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.lambda_package import Package
from wavetank.core.naming import Names
from wavetank.live.revert_retry import update_code


def correct_code(
    aws: AwsClients, names: Names, packages: Mapping[str, Package], clock: Clock
) -> list[str]:
    """Updates the functions that run other code than their packages; returns their names.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
    """
    functions = {
        "streaming": names.streaming_function,
        "notification": names.notification_function,
    }
    different = [name for name in packages if _runs_other(aws, functions[name], packages[name])]
    for name in different:
        update_code(aws, functions[name], packages[name].content, clock)
    return [functions[name] for name in different]


def _runs_other(aws: AwsClients, function: str, package: Package) -> bool:
    running = aws.awslambda.get_function_configuration(FunctionName=function)["CodeSha256"]
    return running != package.code_sha256
