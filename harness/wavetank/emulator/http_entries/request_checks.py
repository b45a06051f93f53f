"""What a REST API checks of a request ahead of its integration: policy, API key, validator.

[API Gateway developer guide: apigateway-resource-policies, apigateway-authorization-flow,
api-gateway-api-usage-plans, api-gateway-method-request-validation,
supported-gateway-response-types]
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from wavetank.core.http_call import JSON_TYPE, SOURCE_ADDRESS, HttpAnswer, HttpCall, json_answer
from wavetank.emulator.http_entries.authorizers import ACTION
from wavetank.iam.evaluation import DecisionReason, decide
from wavetank.iam.policy import Policy, PolicyKind, parse_policy
from wavetank.iam.request import ANONYMOUS, AccessRequest

KEY_HEADER = "x-api-key"
FORBIDDEN = json_answer(403, {"message": "Forbidden"})
INVALID_BODY = json_answer(400, {"message": "Invalid request body"})
SHORT_ARN = re.compile(r"execute-api:/")
ACCOUNT_DIGITS_SHOWN = 4
ACCOUNT_DIGITS = 12


@dataclass(frozen=True)
class RequestValidator:
    """What a method requires of a request before it reaches the integration.

    `parameters` are the required ones, such as `method.request.header.X-A`. `schema` is the model
    of the body in JSON schema, with the models that it refers to in `definitions`; None if the body
    is not validated.
    """

    parameters: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None

    def refusal(self, call: HttpCall, path_parameters: Mapping[str, str]) -> HttpAnswer | None:
        """The answer to a request that is not valid; None if it is."""
        missing = sorted(self._missing(call, path_parameters))
        if missing:
            text = f"Missing required request parameters: [{', '.join(missing)}]"
            return json_answer(400, {"message": text})
        if self.schema is None or self._has_other_type(call):
            return None
        return None if self._is_valid(call.body) else INVALID_BODY

    def _missing(self, call: HttpCall, path_parameters: Mapping[str, str]) -> Iterator[str]:
        query = dict(call.parameters)
        for parameter in self.parameters:
            where, _, name = parameter.removeprefix("method.request.").partition(".")
            present = {
                "header": bool(call.header(name)),
                "path": name in path_parameters,
                "querystring": name in query,
            }
            if not present.get(where, True):
                yield name

    def _has_other_type(self, call: HttpCall) -> bool:
        """Whether the body is of a type for which the method has no model."""
        kind = call.header("Content-Type").partition(";")[0].strip().lower()
        return bool(kind) and kind != JSON_TYPE

    def _is_valid(self, body: bytes) -> bool:
        from jsonschema import Draft4Validator  # noqa: PLC0415 - few APIs have models

        try:
            value = json.loads(body or b"{}")
        except ValueError:
            return False
        return bool(Draft4Validator(self.schema).is_valid(value))


@dataclass(frozen=True, kw_only=True)
class ApiKeys:
    """The API keys that usage plans allow for a stage: each id by its value.

    Quotas and throttling of the plans are not simulated.
    """

    ids: Mapping[str, str] = field(default_factory=dict)

    def identity(self, call: HttpCall) -> dict[str, str] | None:
        """What an event says of the request's key; None if no usage plan allows it."""
        value = call.header(KEY_HEADER)
        return {"apiKey": value, "apiKeyId": self.ids[value]} if value in self.ids else None


@dataclass(frozen=True)
class ApiPolicy:
    """The resource policy of a REST API, for senders without a signature."""

    policy: Policy

    @classmethod
    def of(cls, text: str, arn: str) -> "ApiPolicy":
        """The policy of the API with that ARN; resources may begin with `execute-api:/`.

        Raises:
            ValueError: it is no policy.
        """
        full = SHORT_ARN.sub(f"{arn}/", text)
        return cls(parse_policy(full, PolicyKind.RESOURCE))

    def refusal(self, arn: str, call: HttpCall, at: datetime) -> HttpAnswer | None:
        """The answer to a request for the ARN that the policy does not allow; None if it does."""
        account = arn.split(":")[4]
        instant = at.astimezone(UTC)
        request = AccessRequest(
            principal=ANONYMOUS,
            action=ACTION,
            resource=arn,
            context={
                "aws:CurrentTime": (instant.strftime("%Y-%m-%dT%H:%M:%SZ"),),
                "aws:EpochTime": (str(int(instant.timestamp())),),
                "aws:SecureTransport": ("true",),
                "aws:SourceIp": (SOURCE_ADDRESS,),
                "aws:UserAgent": (call.header("User-Agent"),),
                "aws:Referer": (call.header("Referer"),) if call.header("Referer") else (),
            },
        )
        decision = decide(request, identity=None, resource=self.policy, owner=account)
        if decision.allowed:
            return None
        hidden = "*" * (ACCOUNT_DIGITS - ACCOUNT_DIGITS_SHOWN) + account[-ACCOUNT_DIGITS_SHOWN:]
        text = (
            f"User: anonymous is not authorized to perform: {ACTION} on resource: "
            f"{arn.replace(account, hidden, 1)}"
        )
        if decision.reason is DecisionReason.EXPLICIT_DENY_RESOURCE:
            text += " with an explicit deny"
        return json_answer(403, {"Message": text})
