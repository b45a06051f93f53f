"""Puts the code of the ticker's functions right where it was replaced otherwise than by a stack.

CloudFormation compares templates and parameters only, so a deployment does not see such code.
"""

from collections.abc import Mapping

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.lambda_package import Package
from wavetank.core.naming import Names
from wavetank.deployment.deployed_code import replace_other_code


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
    return [
        functions[name]
        for name, package in packages.items()
        if replace_other_code(aws, functions[name], package, clock)
    ]
