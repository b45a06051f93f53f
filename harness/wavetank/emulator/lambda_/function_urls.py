"""Function URLs on a sandbox: events and answers as in the simulator, instead of LocalStack's.

LocalStack's lose repeated headers and all cookies, and its paths are decoded. Streamed responses
are left to it.
[Lambda developer guide: urls-invocation; LocalStack 4.14: services/lambda_/urlrouter.py]
"""

from typing import Any

from localstack.http import Request, Response
from localstack.http.request import get_raw_path

from wavetank.core.clock import WallClock
from wavetank.core.http_call import HttpAnswer
from wavetank.emulator.http_entries.payload import MalformedAnswerError, RequestContext
from wavetank.emulator.http_entries.payload_v2 import answer_v2, event_v2
from wavetank.emulator.http_entries.served import fill_response, http_call_of
from wavetank.emulator.patches import patch_of
from wavetank.emulator.service_ids import IDS

END_OF_METADATA = b"\0" * 8
"""What a streamed response has between its status and headers and its body."""
FAILED = HttpAnswer(502, {"content-type": "application/json"}, b"Internal Server Error")


def correct_function_urls() -> None:
    """Replace how LocalStack's router makes events and responses."""
    patch_of("localstack.services.lambda_.urlrouter:event_for_lambda_url").apply(_event)
    patch = patch_of("localstack.services.lambda_.urlrouter:lambda_result_to_response")
    stock = patch.original()

    def response(result: Any) -> Response:
        if END_OF_METADATA in result.payload:
            streamed: Response = stock(result)
            return streamed
        made = Response()
        made.headers.set("x-amzn-RequestId", result.request_id)
        fill_response(made, _answer(result.payload))
        return made

    patch.apply(response)


def _event(api_id: str, request: Request) -> dict[str, Any]:
    context = RequestContext(
        api_id=api_id,
        domain=request.headers.get("Host", ""),
        account="anonymous",
        request=IDS.new(),
        at=WallClock().now(),
    )
    return event_v2(http_call_of(request, get_raw_path(request)), context)


def _answer(payload: bytes) -> HttpAnswer:
    try:
        return answer_v2(payload)
    except MalformedAnswerError:
        return FAILED
