"""Refusals in the words and with the status of each service's protocol.

[IAM user guide, troubleshoot_access-denied; LocalStack 4.14: aws/protocol/serializer.py]
"""

from localstack.aws.api import CommonServiceException, RequestContext

from wavetank.emulator.iam_enforcement.call import Call, Need
from wavetank.emulator.iam_enforcement.callers import Caller
from wavetank.iam.request import PrincipalType

FORBIDDEN = 403
BAD_REQUEST = 400
OF_FEDERATED_USERS = frozenset({"GetCallerIdentity"})
"""The only operation of STS that a federated user may call."""
OF_SESSION_TOKENS = frozenset({"AssumeRole", "GetCallerIdentity"})
"""The operations of STS that may be called with a key of GetSessionToken's."""


def denied(context: RequestContext, message: str) -> CommonServiceException:
    """Access denied, by the code that the service has for it."""
    assert context.service is not None  # a call that is parsed
    name = context.service.service_name
    if name == "sns":
        return CommonServiceException("AuthorizationError", message, FORBIDDEN, sender_fault=True)
    if context.service.protocol in {"json", "rest-json"}:
        status = FORBIDDEN if context.service.protocol == "rest-json" else BAD_REQUEST
        return CommonServiceException("AccessDeniedException", message, status, sender_fault=True)
    return CommonServiceException("AccessDenied", message, FORBIDDEN, sender_fault=True)


def not_evaluated(
    context: RequestContext, caller: Caller, need: Need, what: str
) -> CommonServiceException:
    """Access denied, because something that AWS evaluates is not evaluated here."""
    return denied(
        context,
        f"User: {caller.principal.arn} is not authorized to perform: {need.action} on "
        f"resource: {need.resource}. Wavetank does not evaluate {what}, and denies.",
    )


def unsigned(context: RequestContext) -> CommonServiceException:
    """The call has no signature, and the service wants one."""
    assert context.service is not None  # a call that is parsed
    code = "MissingAuthenticationToken"
    if context.service.protocol in {"json", "rest-json"}:
        code += "Exception"
    return CommonServiceException(
        code, "Missing Authentication Token", FORBIDDEN, sender_fault=True
    )


def session_refusal(caller: Caller, call: Call) -> CommonServiceException | None:
    """What a session may not call whatever its policies say; None where there is nothing.

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
