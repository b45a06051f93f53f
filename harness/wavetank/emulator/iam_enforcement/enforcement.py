"""Checks every call before its service receives it, and refuses what policies do not allow.

LocalStack's free version stores policies and evaluates none of them. The account's own
administrator is allowed everything, and so is LocalStack itself; `iam.evaluation` decides about all
other callers.

`GET /_wavetank/access` returns whether policies are enforced, and which actions each role has used.
[LocalStack 4.14: aws/app.py, where custom handlers run between parser and service]
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.http import Request, route
from localstack.runtime import hooks
from localstack.services.edge import ROUTER

from wavetank.core.naming import PROBE_SESSION
from wavetank.emulator.firehose.role_sessions import TRUST
from wavetank.emulator.iam_enforcement.call_actions import required_actions
from wavetank.emulator.iam_enforcement.checking import (
    check_action,
    grouped,
    is_own_of_administrator,
    resource_of,
    to_be_checked,
)
from wavetank.emulator.iam_enforcement.condition_keys.action_context import Origin
from wavetank.emulator.iam_enforcement.deletions import remove_denied
from wavetank.emulator.iam_enforcement.forwarding import forward_caller, is_unchecked
from wavetank.emulator.iam_enforcement.incoming import call_of, origin_of
from wavetank.emulator.iam_enforcement.operations.own_user import with_own_user
from wavetank.emulator.iam_enforcement.operations.s3 import deletions
from wavetank.emulator.iam_enforcement.policy_validation import (
    accept_all_trust_actions,
    check_documents,
)
from wavetank.emulator.iam_enforcement.principal_resolution import Caller, find_caller
from wavetank.emulator.iam_enforcement.refusals import (
    denied,
    not_evaluated,
    session_refusal,
    unsigned,
)
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction
from wavetank.emulator.iam_enforcement.resource_policies import find_bucket
from wavetank.emulator.iam_enforcement.services import is_checked
from wavetank.emulator.iam_enforcement.sessions import store_session
from wavetank.emulator.iam_enforcement.trust import check_trust, is_trusted_in_its_account
from wavetank.emulator.settings import AccessChoice, TimeChoice, read_emulator_settings
from wavetank.iam.denial_messages import denial_message
from wavetank.iam.policy_document import MalformedPolicyError
from wavetank.iam.request import PrincipalType
from wavetank.iam.usage import UseCounter

OPEN_TO_THE_UNSIGNED = frozenset({"s3", "sns", "sqs"})
"""Services that evaluate policies for calls without a signature; the others refuse these calls."""
NOTED = frozenset({PrincipalType.ASSUMED_ROLE, PrincipalType.SERVICE, PrincipalType.USER})
"""The principals whose use of actions is reported: those that have policies."""


class Enforcement:
    """Handler in LocalStack's chain that checks each call against IAM, and counts uses."""

    def __init__(self, *, enforced: bool) -> None:
        self._enforced = enforced
        self._usage = UseCounter()

    def handle(self, chain: Any, context: Any, response: Any) -> None:  # noqa: ARG002 - LocalStack's names
        """Let the call through, or raise AWS's error.

        Raises:
            CommonServiceException: the call is not allowed.
        """
        if context.service is None or context.operation is None:
            return
        caller = find_caller(context)
        check_documents(context, caller)
        if caller is not None:
            self._check(caller, context)
        check_trust(context)
        forward_caller(context, caller)

    def is_allowed(
        self, caller: Caller, required: RequiredAction, call: Call, origin: Callable[[], Origin]
    ) -> bool:
        """Whether policies allow the caller an action for which no service is called."""
        resource = resource_of(required, call.account)
        if is_own_of_administrator(caller, resource):
            return True
        try:
            found = check_action(caller, required, resource, call, origin).decision.allowed
        except MalformedPolicyError:  # stored before policies were validated
            found = False
        self._note(caller, required, allowed=found, times=1)
        return found

    def state(self) -> dict[str, Any]:
        """Whether policies are enforced, and the actions that were used."""
        return {"enforced": self._enforced, "used": self._usage.entries()}

    @route("/_wavetank/access", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> dict[str, Any]:
        """Returns whether policies are enforced, and which actions each role has used."""
        return self.state()

    def _check(self, caller: Caller, context: RequestContext) -> None:
        call = call_of(context)
        principal = caller.principal
        if principal.type is PrincipalType.SERVICE:
            if not is_checked(principal.arn, call.service):
                return
            call = _invocation(call)
        if principal.type is PrincipalType.ANONYMOUS and call.service not in OPEN_TO_THE_UNSIGNED:
            raise unsigned(context)
        refusal = session_refusal(caller, call)
        if refusal is not None:
            raise refusal
        call = with_own_user(call, principal)
        origin = partial(origin_of, context, caller)
        if (call.service, call.operation) == ("s3", "DeleteObjects"):
            self._check_deletions(caller, call, origin, context)
            return
        for same in grouped(required_actions(call)):
            self._check_actions(caller, same, call, origin, context)

    def _check_deletions(
        self, caller: Caller, call: Call, origin: Callable[[], Origin], context: RequestContext
    ) -> None:
        """Remove denied objects from the call, if the bucket exists."""
        if find_bucket(call.parameters["Bucket"], call.account) is None:
            return
        denied_at: dict[int, str] = {}
        for index, needed in deletions(call):
            try:
                for required in needed:
                    self._check_actions(caller, [required], call, origin, context)
            except CommonServiceException as error:
                denied_at[index] = error.message
        if denied_at:
            remove_denied(context, denied_at)

    def _check_actions(
        self,
        caller: Caller,
        same: list[RequiredAction],
        call: Call,
        origin: Callable[[], Origin],
        context: RequestContext,
    ) -> None:
        resource = resource_of(same[0], call.account)
        if is_own_of_administrator(caller, resource) or is_unchecked(caller, same[0].action):
            return
        try:
            distinct = to_be_checked(same, caller, resource)
            checked = [
                check_action(caller, required, resource, call, origin) for required in distinct
            ]
        except MalformedPolicyError as error:  # stored before policies were validated
            raise not_evaluated(context, caller, same[0], f"this policy: {error}") from error
        for done in checked:
            self._note(caller, same[0], allowed=done.decision.allowed, times=len(same))
            if not done.decision.allowed:
                raise denied(context, denial_message(done.request, done.decision))

    def _note(self, caller: Caller, required: RequiredAction, *, allowed: bool, times: int) -> None:
        principal = caller.principal
        if principal.type in NOTED and not principal.arn.endswith(f"/{PROBE_SESSION}"):
            name = principal.role_arn or principal.arn
            self._usage.note(name, required.action, required.resource, allowed=allowed, times=times)


def _invocation(call: Call) -> Call:
    """The function invocation that a service requires: AWS checks early whether it is allowed.

    [LocalStack 4.14: services/logs/provider.py, put_subscription_filter]
    """
    return replace(call, operation="Invoke") if call.operation == "GetFunction" else call


_ENFORCEMENTS: list[Enforcement] = []
"""The running instance; a module variable, because LocalStack starts plug-ins by functions."""


def access_state() -> dict[str, Any]:
    """Whether policies are enforced, and which actions each role has used."""
    return _ENFORCEMENTS[0].state()


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def enforce_access() -> None:
    """Add the handler to the chain, unless policies are not to be enforced."""
    settings = read_emulator_settings()
    enforced = settings.access is AccessChoice.ENFORCE
    enforcement = Enforcement(enforced=enforced)
    _ENFORCEMENTS[:] = [enforcement]
    ROUTER.add(enforcement)
    if enforced:
        TRUST.is_trusted = is_trusted_in_its_account
        accept_all_trust_actions()
        if settings.time is TimeChoice.WALL:
            from wavetank.emulator.iam_enforcement.log_groups import find_log_groups_by_identifier  # noqa: PLC0415 - loads a service that a simulated run does not need
            from wavetank.emulator.iam_enforcement.routes import check_routes  # noqa: PLC0415 - loads routes, of which there are none in virtual time

            find_log_groups_by_identifier()
            check_routes(enforcement.is_allowed)
        handlers.serve_custom_service_request_handlers.append(enforcement.handle)
        handlers.run_custom_response_handlers.append(store_session)
