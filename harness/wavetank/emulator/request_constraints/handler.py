"""Refuses requests that violate their model's constraints, where LocalStack would serve them.

Only for services with a Wavetank provider: others are LocalStack's as they are. LocalStack's calls
to itself are not checked, among them those of CloudFormation.
"""

from typing import Any

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.config import SERVICE_PROVIDER_CONFIG
from localstack.runtime import hooks

from wavetank.emulator.request_constraints.constraints import validation_message

CODES = {
    "dynamodb": "ValidationException",
    "dynamodbstreams": "ValidationException",
    "events": "ValidationException",
    "firehose": "ValidationException",
    "kinesis": "ValidationException",
    "lambda": "ValidationException",
    "logs": "InvalidParameterException",
    "scheduler": "ValidationException",
}
"""The services whose requests are checked, and the code of the error."""
OURS = "wavetank"
AFTER_ACCESS = -10
"""The priority of a hook: the handler is added after that which enforces access."""


def check_constraints(chain: Any, context: RequestContext, response: Any) -> None:  # noqa: ARG001 - LocalStack names them
    """A handler of LocalStack's chain.

    Raises:
        CommonServiceException: the request violates a constraint.
    """
    service, operation = context.service, context.operation
    if service is None or operation is None or context.is_internal_call:
        return
    code = CODES.get(service.service_name)
    if code is None or SERVICE_PROVIDER_CONFIG.get_provider(service.service_name) != OURS:
        return
    message = validation_message(operation.input_shape, context.service_request or {})
    if message is not None:
        raise CommonServiceException(code, message, 400, sender_fault=True)


@hooks.on_infra_start(priority=AFTER_ACCESS)  # type: ignore[untyped-decorator]  # LocalStack's
def install_constraints() -> None:
    """Add the handler to the chain."""
    handlers.serve_custom_service_request_handlers.append(check_constraints)
