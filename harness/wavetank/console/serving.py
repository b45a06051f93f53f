"""Serves everything below `/_wavetank`, before LocalStack's chain reads the request's body.

The HTTP guard has already decided that the request may be answered, and that its path is canonical;
see `http_guard`. Responses are sent without LocalStack's own headers. [LocalStack 4.14: aws/app.py]
"""

from http import HTTPStatus
from typing import Any

from localstack.aws import handlers
from localstack.http import Request, Response
from localstack.http.request import get_raw_path
from localstack.runtime import get_current_runtime, hooks
from localstack.services.edge import ROUTER
from werkzeug.exceptions import HTTPException

from wavetank.console.responses import HARDENING, plain
from wavetank.console.routes import ROOT, RouteList
from wavetank.emulator.settings import TimeChoice, read_emulator_settings


def is_ours(path: str) -> bool:
    """Whether one of the console's routes could match the path of the request line."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def serve(chain: Any, context: Any, response: Any) -> None:
    """The handler in LocalStack's chain."""
    request: Request = context.request
    if not is_ours(get_raw_path(request)):
        return
    answer = _answer(request)
    answer.headers.update(HARDENING)
    response.update_from(answer)
    chain.terminate()


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def serve_console() -> None:
    """Add the handler to the chain; in virtual time there is no server."""
    if read_emulator_settings().time is TimeChoice.VIRTUAL:
        return
    ROUTER.add(RouteList())
    gateway: Any = get_current_runtime().components.gateway
    chain = gateway.request_handlers
    chain.insert(chain.index(handlers.content_decoder), serve)


def _answer(request: Request) -> Any:
    try:
        return ROUTER.dispatch(request)
    except HTTPException as error:
        return _of_http(error)


def _of_http(error: HTTPException) -> Response:
    """The response for an unknown route, or a method that it does not have."""
    code = error.code or HTTPStatus.NOT_FOUND
    answer = plain(f"{error.name}; see {ROOT}/routes", code)
    for name, value in error.get_headers():
        if name in {"Allow", "Location"}:
            answer.headers[name] = value
    return answer
