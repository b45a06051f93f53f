"""Lambda authorizers: functions that decide which requests to an API reach its functions.

[API Gateway developer guide: apigateway-use-lambda-authorizer, api-gateway-lambda-authorizer-input,
api-gateway-lambda-authorizer-output, http-api-lambda-authorizer]
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpCall, json_answer
from wavetank.emulator.http_entries.payload import RequestContext
from wavetank.iam.evaluation import DecisionReason, decide
from wavetank.iam.policy import Policy, PolicyKind, parse_policy
from wavetank.iam.request import AccessRequest, Principal, PrincipalType

ACTION = "execute-api:Invoke"
UNAUTHORIZED = "Unauthorized"
"""The error with which a function of a REST API asks for credentials."""
SOURCE = re.compile(
    r"(?:method\.|\$)?(?P<where>request\.header|request\.querystring|context|stageVariables)\.(?P<name>.+)"
)


@dataclass(frozen=True, kw_only=True)
class LambdaAuthorizer:
    """An authorizer of an API: its function, and the parts of a request that identify the sender.

    `identity` has the sources as the API writes them, such as `method.request.header.Authorization`
    or `$request.querystring.key`; with `needs_identity` a request must have all of them. A token
    must match `pattern`, unless that is empty. Results are reused for `ttl`, for requests with the
    same identity.
    """

    id: str
    function: str
    identity: tuple[str, ...] = ()
    needs_identity: bool = True
    is_token: bool = False
    pattern: str = ""
    payload: str = "1.0"
    has_simple_responses: bool = False
    ttl: timedelta = timedelta()

    def identity_of(self, call: HttpCall, context: RequestContext) -> tuple[str, ...] | None:
        """The values of the identity sources; None if one is missing, or a token is invalid.

        Raises:
            UsageError: a source is not simulated.
        """
        values = tuple(_identity_value(source, call, context) for source in self.identity)
        if self.needs_identity and not all(values):
            return None
        if self.pattern and not re.fullmatch(self.pattern, "".join(values)):
            return None
        return values


@dataclass(frozen=True)
class FunctionResult:
    """What a function returned, or the error that it failed with."""

    payload: bytes
    is_error: bool = False


@dataclass(frozen=True, kw_only=True)
class AuthorizerCall:
    """The invocation of an authorizer's function, before that of the function of the route.

    `decide` takes its result, and returns what the event of the route's function has as
    `authorizer`, or the answer that refuses the request. `key` identifies requests for which a
    result is reused for `ttl`, in one stage; it is empty if none is.
    [API Gateway API reference: FlushStageAuthorizersCache, ResetAuthorizersCache]
    """

    function: str
    event: dict[str, Any]
    source: str
    decide: Callable[[FunctionResult], HttpAnswer | Mapping[str, Any]]
    failed: HttpAnswer
    key: tuple[str, ...] = ()
    ttl: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True)
class AuthorizerAnswers:
    """The answers of an API to requests that its authorizer does not let pass.

    `asks_by_error` is whether a function that fails with the error `Unauthorized` asks the client
    for credentials.
    """

    unauthorized: HttpAnswer
    denied: HttpAnswer
    explicitly_denied: HttpAnswer
    failed: HttpAnswer
    asks_by_error: bool


class InvalidDecisionError(ValueError):
    """The authorizer's function returned something else than a decision."""


_ASKS = json_answer(401, {"message": UNAUTHORIZED})
REST_ANSWERS = AuthorizerAnswers(
    unauthorized=_ASKS,
    denied=json_answer(403, {"Message": "User is not authorized to access this resource"}),
    explicitly_denied=json_answer(
        403, {"Message": "User is not authorized to access this resource with an explicit deny"}
    ),
    failed=json_answer(500, {"message": None}),
    asks_by_error=True,
)
_FORBIDDEN = json_answer(403, {"message": "Forbidden"})
HTTP_ANSWERS = AuthorizerAnswers(
    unauthorized=_ASKS,
    denied=_FORBIDDEN,
    explicitly_denied=_FORBIDDEN,
    failed=json_answer(500, {"message": "Internal Server Error"}),
    asks_by_error=False,
)


def authorizer_call(
    authorizer: LambdaAuthorizer,
    event: dict[str, Any],
    arn: str,
    identity: tuple[str, ...],
    answers: AuthorizerAnswers,
    shown: Callable[[dict[str, Any]], Mapping[str, Any]],
) -> AuthorizerCall:
    """The invocation for a request to the ARN; `shown` is what an event says of a decision."""

    def decision(result: FunctionResult) -> HttpAnswer | Mapping[str, Any]:
        payload = result.payload
        if result.is_error:
            asks = answers.asks_by_error and _raises_unauthorized(payload)
            return answers.unauthorized if asks else answers.failed
        try:
            if authorizer.has_simple_responses:
                found = _simple_decision(payload, answers)
            else:
                found = _policy_decision(payload, arn, answers)
            return found if isinstance(found, HttpAnswer) else shown(found)
        except InvalidDecisionError:
            return answers.failed

    api, stage = ("/".join(arn.split("/")[:parts]) for parts in (1, 2))
    return AuthorizerCall(
        function=authorizer.function,
        event=event,
        source=f"{api}/authorizers/{authorizer.id}",
        decide=decision,
        failed=answers.failed,
        key=(stage, authorizer.id, *identity) if identity and authorizer.ttl else (),
        ttl=authorizer.ttl,
    )


def as_texts(decision: dict[str, Any]) -> dict[str, str]:
    """The decision's values as REST APIs write them into events.

    Raises:
        InvalidDecisionError: one is an object or a list.
    """
    if any(isinstance(value, dict | list) for value in decision.values()):
        raise InvalidDecisionError("context")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in decision.items()
    }


def token_event(token: str, arn: str) -> dict[str, Any]:
    """The event of an authorizer that gets a token only; `arn` names method and path."""
    return {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}


def request_event(event: Mapping[str, Any], arn: str, **more: Any) -> dict[str, Any]:
    """The event of an authorizer that gets the request, without its body, in the same format."""
    parts = {name: part for name, part in event.items() if name not in {"body", "isBase64Encoded"}}
    name = "routeArn" if event.get("version") == "2.0" else "methodArn"
    return {"type": "REQUEST", name: arn, **more, **parts}


def _policy_decision(
    payload: bytes, arn: str, answers: AuthorizerAnswers
) -> HttpAnswer | dict[str, Any]:
    """The principal and the context that the function returned, if its policy allows the ARN.

    Raises:
        InvalidDecisionError: it returned no policy, or values of other types.
    """
    value = _returned(payload)
    principal, document = value.get("principalId"), value.get("policyDocument")
    if not isinstance(principal, str) or not isinstance(document, dict):
        raise InvalidDecisionError("principalId and policyDocument")
    try:
        policy = parse_policy(json.dumps(document), PolicyKind.IDENTITY)
    except ValueError as error:
        raise InvalidDecisionError(str(error)) from error
    context = _context(value)
    found = _allows(policy, principal, arn)
    if found is None:
        return {"principalId": principal, **context}
    return (
        answers.explicitly_denied
        if found is DecisionReason.EXPLICIT_DENY_IDENTITY
        else answers.denied
    )


def _simple_decision(payload: bytes, answers: AuthorizerAnswers) -> HttpAnswer | dict[str, Any]:
    """The context that the function returned with `isAuthorized`, if that is true.

    Raises:
        InvalidDecisionError: it returned something else.
    """
    value = _returned(payload)
    if not isinstance(value.get("isAuthorized"), bool):
        raise InvalidDecisionError("isAuthorized")
    return _context(value) if value["isAuthorized"] else answers.denied


def _raises_unauthorized(payload: bytes) -> bool:
    """Whether the error that a function ended with asks for credentials."""
    try:
        value = json.loads(payload)
    except ValueError:
        return False
    return isinstance(value, dict) and value.get("errorMessage") == UNAUTHORIZED


def _allows(policy: Policy, principal: str, arn: str) -> DecisionReason | None:
    """Why the policy does not allow the request; None if it does."""
    account = arn.split(":")[4]
    sender = Principal(
        type=PrincipalType.USER,
        arn=f"arn:aws:iam::{account}:user/{principal}",
        account=account,
        user_id=principal,
    )
    request = AccessRequest(principal=sender, action=ACTION, resource=arn)
    decision = decide(request, identity=[policy], resource=None, owner=account)
    return None if decision.allowed else decision.reason


def _returned(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload or b"null")
    except ValueError as error:
        raise InvalidDecisionError(str(error)) from error
    if not isinstance(value, dict):
        raise InvalidDecisionError("an object")
    return value


def _context(value: Mapping[str, Any]) -> dict[str, Any]:
    found = value.get("context") or {}
    if not isinstance(found, dict):
        raise InvalidDecisionError("context")
    return found


def _identity_value(source: str, call: HttpCall, context: RequestContext) -> str:
    matched = SOURCE.fullmatch(source.strip())
    if matched is None:
        expected = "an identity source in headers, the query, stage variables or the context"
        raise UsageError(expected, source, "use another in the template that tests deploy")
    name = matched["name"]
    match matched["where"]:
        case "request.header":
            return call.header(name)
        case "request.querystring":
            return dict(call.parameters).get(name, "")
        case "context":
            return str(context.common_fields().get(name, ""))
    return context.stage_variables.get(name, "")
