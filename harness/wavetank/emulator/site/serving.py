"""Answers everything below `/_wavetank`, before LocalStack's chain asks about CORS.

LocalStack lets pages of its own site and of any program on `localhost` read its answers, and lets
no browser post a form from 127.0.0.1. Neither is right for our routes: all of them are asked here,
those of the mailbox and the others too, so that a new one cannot be forgotten.
[LocalStack 4.14: aws/app.py, aws/handlers/cors.py]
"""

from http import HTTPStatus
from typing import Any

from localstack.aws import handlers
from localstack.http import Request, Response
from localstack.http.request import get_raw_path
from localstack.runtime import get_current_runtime, hooks
from localstack.services.edge import ROUTER
from localstack.utils.urls import localstack_host
from werkzeug.exceptions import HTTPException

from wavetank.emulator.settings import TimeChoice, read_emulator_settings
from wavetank.emulator.site.answers import HARDENING, plain
from wavetank.emulator.site.own_site import Asked, refusal
from wavetank.emulator.site.routes import ROOT, RouteList


def is_ours(path: str) -> bool:
    """Whether one of our routes could match the path, as the request line has it."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def serve(chain: Any, context: Any, response: Any) -> None:
    """The handler; what it answers goes out as it is, without what LocalStack adds for CORS."""
    request: Request = context.request
    if not is_ours(get_raw_path(request)):
        return
    answer = _answer(request)
    answer.headers.update(HARDENING)
    response.update_from(answer)
    chain.terminate()


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def serve_own_site() -> None:
    """Puts the handler into the chain; a tank has no server, and nobody's browser asks there."""
    if read_emulator_settings().time is TimeChoice.VIRTUAL:
        return
    ROUTER.add(RouteList())
    gateway: Any = get_current_runtime().components.gateway
    chain = gateway.request_handlers
    chain.insert(chain.index(handlers.enforce_cors), serve)


def _answer(request: Request) -> Any:
    why = refusal(_asked(request), localstack_host().host)
    if why is not None:
        return plain(why, HTTPStatus.FORBIDDEN)
    try:
        return ROUTER.dispatch(request)
    except HTTPException as error:
        return _of_http(error)


def _of_http(error: HTTPException) -> Response:
    """No such route, or not by this method."""
    code = error.code or HTTPStatus.NOT_FOUND
    answer = plain(f"{error.name}; see {ROOT}/routes", code)
    for name, value in error.get_headers():
        if name in {"Allow", "Location"}:
            answer.headers[name] = value
    return answer


def _asked(request: Request) -> Asked:
    headers = {name.lower(): value for name, value in request.headers.items()}
    has_body = bool(request.content_length) or "transfer-encoding" in headers
    return Asked(request.method, headers, has_body=has_body)
