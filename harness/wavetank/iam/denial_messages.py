"""What AWS says to whom it refuses.

[IAM user guide, troubleshoot_access-denied; Amazon S3 user guide, troubleshoot-403-errors]
"""

from wavetank.iam.evaluation import Decision, DecisionReason
from wavetank.iam.request import AccessRequest, PrincipalType

ENDINGS = {
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
    """The refusal in AWS's words; a stranger who did not sign learns nothing from it.

    Where AWS might have allowed it, a sentence of our own says what was not known.

    Raises:
        ValueError: the decision is no refusal.
    """
    if decision.allowed:
        raise ValueError(f"{request.action} is allowed: {decision.reason.value}")
    if request.principal.type is PrincipalType.ANONYMOUS:
        message = "Access Denied"
    else:
        message = (
            f"User: {request.principal.arn} is not authorized to perform: {request.action}"
            f" on resource: {_resource(request)}"
            f"{ENDINGS[decision.reason].format(action=request.action)}"
        )
    if decision.reason is DecisionReason.UNKNOWN:
        message += f". Wavetank does not know condition key {decision.detail} and denies."
    return message


def _resource(request: AccessRequest) -> str:
    """S3 puts it in quotation marks, the other services do not."""
    is_s3 = request.action.lower().startswith("s3:")
    return f'"{request.resource}"' if is_s3 else request.resource
