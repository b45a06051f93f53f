"""HTTP APIs on a sandbox: requests to `ID.execute-api.HOST` invoke the function of their route.

The path of another stage than `$default` begins with its name. Requests for other APIs are left to
LocalStack's own REST APIs. A client waits as long as the function runs: the timeout of an
integration counts in virtual time only.
[API Gateway developer guide: http-api-publish; LocalStack 4.14: services/apigateway/next_gen]
"""

import json
from typing import Any

from localstack.aws import handlers
from localstack.http import Request
from localstack.http.request import get_raw_path
from localstack.runtime import get_current_runtime, hooks

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, json_answer
from wavetank.emulator.http_entries.authorizers import FunctionResult
from wavetank.emulator.http_entries.entry import FunctionCall
from wavetank.emulator.http_entries.http_api import DEFAULT, HttpApi
from wavetank.emulator.http_entries.http_api_stage import NOT_FOUND, HttpApiStage
from wavetank.emulator.http_entries.http_api_store import HTTP_APIS
from wavetank.emulator.http_entries.payload import MalformedAnswerError
from wavetank.emulator.http_entries.served import fill_response, http_call_of
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.settings import TimeChoice, read_emulator_settings
from wavetank.emulator.target_delivery.role_clients import service_client

HOST = ".execute-api."
THROTTLED = "TooManyRequestsException"


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def serve_http_apis() -> None:
    """Add the handler to the chain; in virtual time there is no server."""
    if read_emulator_settings().time is TimeChoice.VIRTUAL:
        return
    gateway: Any = get_current_runtime().components.gateway
    chain = gateway.request_handlers
    chain.insert(chain.index(handlers.content_decoder), serve)


def serve(chain: Any, context: Any, response: Any) -> None:
    """The handler in LocalStack's chain."""
    request: Request = context.request
    host = request.headers.get("Host", "").lower()
    if HOST not in host:
        return
    api = HTTP_APIS.find(host.partition(".")[0])
    if api is None:
        return
    answer = _answer(api, request)
    fill_response(response, answer)
    chain.terminate()


def stage_and_path(api: HttpApi, path: str) -> tuple[str, str] | None:
    """The name of the stage that the path begins with, and the rest; None if there is none."""
    first, _, rest = path.removeprefix("/").partition("/")
    if first in api.stages:
        return first, f"/{rest}"
    return (DEFAULT, path) if DEFAULT in api.stages else None


def _answer(api: HttpApi, request: Request) -> HttpAnswer:
    found = stage_and_path(api, get_raw_path(request))
    if found is None:
        return NOT_FOUND
    stage, call = HttpApiStage.of(api, found[0]), http_call_of(request, found[1])
    try:
        routed = stage.route(call, IDS.new(), WallClock().now())
    except UsageError as error:
        return json_answer(501, {"message": str(error)})
    return routed if isinstance(routed, HttpAnswer) else _authorized(stage, routed)


def _authorized(stage: HttpApiStage, routed: FunctionCall) -> HttpAnswer:
    """The answer after the decision of the authorizer, if there is one; it is not reused."""
    asked = routed.authorizer
    if asked is None:
        return _invoked(stage, routed)
    client = service_client("lambda", asked.function, "apigateway", asked.source)
    try:
        result = client.invoke(FunctionName=asked.function, Payload=json.dumps(asked.event))
    except ClientError:
        return asked.failed
    outcome = FunctionResult(result["Payload"].read(), "FunctionError" in result)
    decision = asked.decide(outcome)
    if isinstance(decision, HttpAnswer):
        return decision
    return _invoked(stage, routed.authorized(decision))


def _invoked(stage: HttpApiStage, routed: FunctionCall) -> HttpAnswer:
    client = service_client("lambda", routed.function, "apigateway", routed.source or "")
    try:
        result = client.invoke(FunctionName=routed.function, Payload=json.dumps(routed.event))
    except ClientError as error:
        errors = stage.errors
        return errors.rejected if error_code(error) == THROTTLED else errors.forbidden
    if "FunctionError" in result:
        return stage.errors.failed
    try:
        return routed.answer(result["Payload"].read())
    except MalformedAnswerError:
        return stage.errors.malformed
