"""The message of an access denied error, as AWS words it.

[IAM user guide, troubleshoot_access-denied; Amazon S3 user guide, troubleshoot-403-errors]
"""

from wavetank.iam.evaluation import Decision, DecisionReason
from wavetank.iam.request import AccessRequest, PrincipalType

REASONS = {
    DecisionReason.EXPLICIT_DENY_IDENTITY: " with an explicit deny in an identity-based policy",
    DecisionReason.EXPLICIT_DENY_RESOURCE: " with an explicit deny in a resource-based policy",
    DecisionReason.NO_IDENTITY_ALLOW: (
        " because no identity-based policy allows the {action} action"
    ),
    DecisionReason.NO_RESOURCE_ALLOW: (
        " because no resource-based policy allows the {action} action"
    ),
    DecisionReason.EXPLICIT_DENY_BOUNDARY: " with an explicit deny in a permissions boundary",
    DecisionReason.EXPLICIT_DENY_SESSION: " with an explicit deny in a session policy",
    DecisionReason.NO_BOUNDARY_ALLOW: " because no permissions boundary allows the {action} action",
    DecisionReason.NO_SESSION_ALLOW: " because no session policy allows the {action} action",
    DecisionReason.UNKNOWN: "",
}


def denial_message(request: AccessRequest, decision: Decision) -> str:
    """The message of the denial in AWS's words; without details for an anonymous caller.

    If AWS might have allowed the request, an added sentence says which value is unknown.

    Raises:
        ValueError: the decision allows the request.
    """
    if decision.allowed:
        raise ValueError(f"{request.action} is allowed: {decision.reason.value}")
    if request.principal.type is PrincipalType.ANONYMOUS:
        message = "Access Denied"
    else:
        message = (
            f"User: {request.principal.arn} is not authorized to perform: {request.action}"
            f" on resource: {_resource(request)}"
            f"{REASONS[decision.reason].format(action=request.action)}"
        )
    if decision.reason is DecisionReason.UNKNOWN:
        message += f". Wavetank does not know condition key {decision.detail} and denies."
    return message


def _resource(request: AccessRequest) -> str:
    """The resource as it is quoted: S3 puts it in quotation marks, other services do not."""
    is_s3 = request.action.lower().startswith("s3:")
    return f'"{request.resource}"' if is_s3 else request.resource
