"""IAM calls that name no user: they concern the caller.

[IAM API reference: CreateAccessKey, GetUser, ListAccessKeys, UserName]
"""

from dataclasses import replace
from functools import cache

from localstack.aws.api import CommonServiceException
from localstack.aws.spec import load_service

from wavetank.emulator.iam_enforcement.required_action import Call
from wavetank.iam.request import Principal, PrincipalType

PARAMETER = "UserName"
ALWAYS_OWN = frozenset({"ChangePassword"})
"""Operations that concern the caller and cannot name a user."""
SESSIONS = frozenset({PrincipalType.ASSUMED_ROLE, PrincipalType.FEDERATED_USER})


def with_own_user(call: Call, principal: Principal) -> Call:
    """The call with the caller's name, if it leaves out the user.

    Raises:
        CommonServiceException: the caller is not a user.
    """
    if call.service != "iam" or call.parameters.get(PARAMETER):
        return call
    if call.operation not in _operations():
        return call
    if principal.type in SESSIONS:
        message = "Must specify userName when calling with non-User credentials"
        raise CommonServiceException("ValidationError", message, sender_fault=True)
    if principal.type is not PrincipalType.USER:
        return call
    name = principal.arn.rpartition("/")[2]
    return replace(call, parameters={**call.parameters, PARAMETER: name})


@cache
def _operations() -> frozenset[str]:
    """The operations that may omit the user's name."""
    model = load_service("iam")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    optional = {
        name
        for name, shape in shapes.items()
        if shape is not None and PARAMETER in shape.members
        if PARAMETER not in shape.required_members
    }
    return frozenset(optional | ALWAYS_OWN)
