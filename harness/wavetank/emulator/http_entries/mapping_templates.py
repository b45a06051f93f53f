"""Integrations that are no proxies: mapping templates make the event, and the client's answer.

Templates are evaluated by LocalStack's engine for the Velocity Template Language, with `$input`,
`$context`, `$util` and `$stageVariables`.

[API Gateway developer guide: models-mappings, api-gateway-mapping-template-reference,
integration-passthrough-behaviors, handle-errors-in-lambda-integration; LocalStack 4.14:
services/apigateway/next_gen/execute_api/template_mapping.py]
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.core.http_call import JSON_TYPE, HttpAnswer, HttpCall, answer_of, json_answer

INTERNAL = json_answer(500, {"message": "Internal server error"})
UNSUPPORTED_TYPE = json_answer(415, {"message": "Unsupported Media Type"})
HEADER = "method.response.header."
DIRECTIVES = frozenset("$#")
NEVER, WHEN_NO_MATCH = "NEVER", "WHEN_NO_MATCH"


@dataclass(frozen=True)
class MappedRequest:
    """A request to an integration with mapping templates.

    `event` is the request as a proxy integration has it: templates read its parts.
    """

    integration: Mapping[str, Any]
    event: Mapping[str, Any]

    def unsupported(self) -> Iterator[str]:
        """The parts of the integration that are not simulated."""
        for name in self.integration.get("requestParameters") or {}:
            yield f"the mapping of {name}"
        for response in self._responses():
            for name, value in (response.get("responseParameters") or {}).items():
                if not (name.startswith(HEADER) and value.startswith("'")):
                    yield f"the mapping of {name}"
            if response.get("contentHandling") == "CONVERT_TO_BINARY":
                yield "the answer that is converted to binary"

    def body(self, call: HttpCall) -> str | HttpAnswer:
        """What the integration gets; an answer if it has no template for the body's type."""
        templates = self.integration.get("requestTemplates") or {}
        kind = call.header("Content-Type").partition(";")[0].strip() or JSON_TYPE
        template = templates.get(kind) or templates.get("$default")
        text = call.body.decode(errors="replace")
        if template:
            return self._render(template, text)[0]
        behaviour = str(self.integration.get("passthroughBehavior") or WHEN_NO_MATCH).upper()
        if behaviour == NEVER or (behaviour != WHEN_NO_MATCH and templates):
            return UNSUPPORTED_TYPE
        return text

    def answer(self, selection: str, text: str) -> HttpAnswer:
        """The answer to the client.

        The `selection` chooses the response by its pattern: the status of a mock, or the error
        message of a function, empty if it succeeded. `text` is what the integration returned.
        """
        response = self._response(selection)
        if response is None:
            return INTERNAL
        templates = response.get("responseTemplates") or {}
        kind = JSON_TYPE if JSON_TYPE in templates else next(iter(templates), JSON_TYPE)
        body, override = self._render(templates.get(kind) or "", text)
        status = override.get("status") or response["statusCode"]
        headers = {"Content-Type": kind}
        for name, value in (response.get("responseParameters") or {}).items():
            headers[name.removeprefix(HEADER)] = value.strip("'")
        headers |= {name: str(value) for name, value in (override.get("header") or {}).items()}
        return answer_of(int(status), headers.items(), body.encode())

    def _responses(self) -> list[Mapping[str, Any]]:
        return list((self.integration.get("integrationResponses") or {}).values())

    def _response(self, selection: str) -> Mapping[str, Any] | None:
        """The first response whose pattern matches, or the default one."""
        responses = self._responses()
        for response in responses:
            pattern = response.get("selectionPattern")
            if pattern and re.fullmatch(pattern, selection, re.DOTALL):
                return response
        return next((each for each in responses if not each.get("selectionPattern")), None)

    def _render(self, template: str, text: str) -> tuple[str, Mapping[str, Any]]:
        """The text that the template makes of another, and what it overrides of the answer."""
        if not template:
            return text, {}
        if not DIRECTIVES & set(template):
            return template.strip(), {}
        from localstack.services.apigateway.next_gen.execute_api.template_mapping import (  # noqa: PLC0415 - imports LocalStack
            ApiGatewayVtlTemplate,
        )

        event = self.event
        variables: Any = {
            "context": dict(event["requestContext"]),
            "stageVariables": event["stageVariables"] or {},
            "input": {
                "body": text,
                "params": {
                    "path": event["pathParameters"] or {},
                    "querystring": event["queryStringParameters"] or {},
                    "header": event["headers"] or {},
                },
            },
        }
        overrides: Any = {"requestOverride": {}, "responseOverride": {"header": {}, "status": 0}}
        try:
            return ApiGatewayVtlTemplate().render_response(template, variables, overrides)
        except Exception as error:  # the engine's own exceptions have no common class
            raise UsageError(
                "a mapping template that can be evaluated",
                f"{json.dumps(template)}: {error}",
                "correct it, or test that method on AWS",
            ) from error
