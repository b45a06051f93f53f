"""Access denied errors in the words and with the status of each service's protocol.

[IAM user guide, troubleshoot_access-denied; LocalStack 4.14: aws/protocol/serializer.py]
"""

from localstack.aws.api import CommonServiceException, RequestContext

from wavetank.emulator.iam_enforcement.principal_resolution import Caller
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction
from wavetank.iam.request import PrincipalType

FORBIDDEN = 403
BAD_REQUEST = 400
OF_FEDERATED_USERS = frozenset({"GetCallerIdentity"})
"""The only STS operation that a federated user may call."""
OF_SESSION_TOKENS = frozenset({"AssumeRole", "GetCallerIdentity"})
"""The STS operations that may be called with a key of GetSessionToken's."""


def denied(context: RequestContext, message: str) -> CommonServiceException:
    """Access denied, with the service's code for it."""
    assert context.service is not None  # the call is already parsed
    name = context.service.service_name
    if name == "sns":
        return CommonServiceException("AuthorizationError", message, FORBIDDEN, sender_fault=True)
    if context.service.protocol in {"json", "rest-json"}:
        status = FORBIDDEN if context.service.protocol == "rest-json" else BAD_REQUEST
        return CommonServiceException("AccessDeniedException", message, status, sender_fault=True)
    return CommonServiceException("AccessDenied", message, FORBIDDEN, sender_fault=True)


def not_evaluated(
    context: RequestContext, caller: Caller, required: RequiredAction, what: str
) -> CommonServiceException:
    """Access denied, because Wavetank does not evaluate something that AWS evaluates."""
    return denied(
        context,
        f"User: {caller.principal.arn} is not authorized to perform: {required.action} on "
        f"resource: {required.resource}. Wavetank does not evaluate {what}, and denies.",
    )


def unsigned(context: RequestContext) -> CommonServiceException:
    """The error if the service requires a signature and the call has none."""
    assert context.service is not None  # the call is already parsed
    code = "MissingAuthenticationToken"
    if context.service.protocol in {"json", "rest-json"}:
        code += "Exception"
    return CommonServiceException(
        code, "Missing Authentication Token", FORBIDDEN, sender_fault=True
    )


def session_refusal(caller: Caller, call: Call) -> CommonServiceException | None:
    """The error if a session must not make the call, whatever its policies allow; else None.

    Sessions of GetSessionToken would need MFA for IAM, which no sandbox has.
    [STS API reference: GetFederationToken and GetSessionToken, permissions]
    """
    if caller.principal.type is PrincipalType.FEDERATED_USER:
        allowed, kind = OF_FEDERATED_USERS, "federated user"
    elif caller.by_session_token:
        allowed, kind = OF_SESSION_TOKENS, "session"
    else:
        return None
    if call.service == "iam":
        return CommonServiceException(
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
            FORBIDDEN,
            sender_fault=True,
        )
    if call.service == "sts" and call.operation not in allowed:
        message = f"Cannot call {call.operation} with {kind} credentials"
        return CommonServiceException("AccessDenied", message, FORBIDDEN, sender_fault=True)
    return None
