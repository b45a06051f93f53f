"""Stands before every service: what its caller's policies do not allow is answered as by AWS.

LocalStack's free version stores policies and asks none of them. The account's own administrator
passes, and so does LocalStack itself; everybody else is judged by `evaluation`.

`GET /_wavetank/access` tells whether policies are enforced, and which actions each role has used.
[LocalStack 4.14: aws/app.py, where custom handlers run between parser and service]
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.http import Request, route
from localstack.runtime import hooks
from localstack.services.edge import ROUTER

from wavetank.emulator.access.actions import needs
from wavetank.emulator.access.call import Call, Need
from wavetank.emulator.access.admission import check_documents
from wavetank.emulator.access.callers import Caller, find_caller, is_administrator
from wavetank.emulator.access.decisions import decision
from wavetank.emulator.access.document import MalformedPolicyError
from wavetank.emulator.access.messages import denial_message
from wavetank.emulator.access.request import AccessRequest, PrincipalType
from wavetank.emulator.access.resources import Resource, find_resource
from wavetank.emulator.access.surroundings import surroundings
from wavetank.emulator.access.usage import Usage
from wavetank.emulator.settings import AccessChoice, read_emulator_settings
from wavetank.naming import PROBE_SESSION

OPEN_TO_THE_UNSIGNED = frozenset({"s3", "sns", "sqs"})
"""Services that look at a call without a signature at all; the others want one first."""
NOTED = frozenset({PrincipalType.ASSUMED_ROLE, PrincipalType.SERVICE, PrincipalType.USER})
"""Whose use is told: those that a policy is written for."""
FORBIDDEN = 403
BAD_REQUEST = 400


class Enforcement:
    """The handler in LocalStack's chain, and its route."""

    def __init__(self, *, enforced: bool) -> None:
        self._enforced = enforced
        self._usage = Usage()

    def handle(self, chain: Any, context: Any, response: Any) -> None:  # noqa: ARG002 - LocalStack's names
        """Lets the call through, or raises what AWS would answer.

        Raises:
            CommonServiceException: the call is not allowed.
        """
        if context.service is None or context.operation is None:
            return
        caller = find_caller(context)
        check_documents(context, caller)
        if caller is not None:
            self._check(caller, context)

    def state(self) -> dict[str, Any]:
        """Whether policies are enforced, and what was used."""
        return {"enforced": self._enforced, "used": self._usage.entries()}

    @route("/_wavetank/access", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> dict[str, Any]:
        """Tells whether policies are enforced, and which actions each role has used."""
        return self.state()

    def _check(self, caller: Caller, context: RequestContext) -> None:
        call = _call(context)
        if caller.principal.type is PrincipalType.SERVICE and call.service != "lambda":
            return  # the other services' policies for services are not known here
        for need, times in _counted(needs(call)):
            self._check_need(caller, need, times, call, context)

    def _check_need(
        self, caller: Caller, need: Need, times: int, call: Call, context: RequestContext
    ) -> None:
        principal = caller.principal
        resource = find_resource(need.resource, call.account)
        if is_administrator(caller) and resource.owner == principal.account:
            return
        if principal.type is PrincipalType.ANONYMOUS and call.service not in OPEN_TO_THE_UNSIGNED:
            raise _unsigned(context)
        request = AccessRequest(
            principal=principal,
            action=need.action,
            resource=need.resource,
            context={**_surroundings(context, resource), **need.context},
        )
        if caller.limits:
            raise _not_evaluated(context, request, caller.limits)
        try:
            found = decision(request, caller.policies, resource)
        except MalformedPolicyError as error:  # stored before policies were checked
            raise _not_evaluated(context, request, f"this policy: {error}") from error
        if principal.type in NOTED and not principal.arn.endswith(f"/{PROBE_SESSION}"):
            name = principal.role_arn or principal.arn
            self._usage.note(name, need.action, need.resource, allowed=found.allowed, times=times)
        if not found.allowed:
            raise _denied(context, denial_message(request, found))


_ENFORCEMENTS: list[Enforcement] = []
"""The one that runs; LocalStack starts plug-ins by functions."""


def access_state() -> dict[str, Any]:
    """Whether policies are enforced, and which actions each role has used."""
    return _ENFORCEMENTS[0].state()


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def enforce_access() -> None:
    """Puts the handler into the chain, unless policies are not to be enforced."""
    enforced = read_emulator_settings().access is AccessChoice.ENFORCE
    enforcement = Enforcement(enforced=enforced)
    _ENFORCEMENTS[:] = [enforcement]
    ROUTER.add(enforcement)
    if enforced:
        handlers.serve_custom_service_request_handlers.append(enforcement.handle)


def _counted(found: Iterable[Need]) -> Iterator[tuple[Need, int]]:
    """Each need once, with how often it comes in a row: a transaction's items are much alike."""
    for need, same in groupby(found):
        yield need, sum(1 for _ in same)


def _call(context: RequestContext) -> Call:
    assert context.service is not None  # as was asked before
    assert context.operation is not None
    return Call(
        service=context.service.service_name,
        operation=context.operation.name,
        parameters=context.service_request or {},
        account=context.account_id,
        region=context.region,
    )


def _surroundings(context: RequestContext, resource: Resource) -> dict[str, tuple[str, ...]]:
    """The condition keys that belong to the call rather than to the caller."""
    internal: Any = context.internal_request_params or {}
    arn = internal.get("source_arn")
    return surroundings(
        region=context.region,
        owner=resource.owner,
        address=context.request.remote_addr,
        source_arn=str(arn) if arn else None,
    )


def _denied(context: RequestContext, message: str) -> CommonServiceException:
    """In the words and with the status of the service's protocol."""
    assert context.service is not None  # as was asked before
    name = context.service.service_name
    if name == "sns":
        return CommonServiceException("AuthorizationError", message, FORBIDDEN, sender_fault=True)
    if context.service.protocol in {"json", "rest-json"}:
        status = FORBIDDEN if context.service.protocol == "rest-json" else BAD_REQUEST
        return CommonServiceException("AccessDeniedException", message, status, sender_fault=True)
    return CommonServiceException("AccessDenied", message, FORBIDDEN, sender_fault=True)


def _not_evaluated(
    context: RequestContext, request: AccessRequest, what: str
) -> CommonServiceException:
    return _denied(
        context,
        f"User: {request.principal.arn} is not authorized to perform: {request.action} on "
        f"resource: {request.resource}. Wavetank does not evaluate {what}, and denies.",
    )


def _unsigned(context: RequestContext) -> CommonServiceException:
    assert context.service is not None  # as was asked before
    code = "MissingAuthenticationToken"
    if context.service.protocol in {"json", "rest-json"}:
        code += "Exception"
    return CommonServiceException(
        code, "Missing Authentication Token", FORBIDDEN, sender_fault=True
    )
