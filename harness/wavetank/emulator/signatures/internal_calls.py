"""Authenticates LocalStack's calls to itself: a header is not enough to impersonate LocalStack.

LocalStack treats any request with the header `x-localstack-data` as one of its own, which needs no
permission and no signature. Its own clients add a random token that is generated at its start; the
header of any other request is dropped.
[LocalStack 4.14: aws/connect.py, aws/handlers/internal_requests.py]
"""

import hmac
import secrets
from types import MappingProxyType
from typing import Any

from localstack.aws.connect import INTERNAL_REQUEST_PARAMS_HEADER, load_dto

from wavetank.emulator.patches import patch_of

TOKEN = secrets.token_hex(16)
FIELD = "wavetank_token"


def authenticate_internal_calls(gateway: Any) -> None:
    """Make LocalStack's clients send the token, and its gateway check it."""
    patch = patch_of("localstack.aws.connect:dump_dto")
    stock = patch.original()

    def dump_with_token(data: Any) -> str:
        return str(stock({**data, FIELD: TOKEN}))

    patch.apply(dump_with_token)
    patch_of("localstack.aws.handlers:add_internal_request_params").replace_in(
        [gateway.request_handlers], read_internal_parameters
    )


def read_internal_parameters(chain: Any, context: Any, response: Any) -> None:  # noqa: ARG001 - LocalStack's names
    """Replaces LocalStack's handler `add_internal_request_params`."""
    headers = context.request.headers
    text = headers.get(INTERNAL_REQUEST_PARAMS_HEADER)
    if text is None:
        return
    found = _authenticated(text)
    if found is None:
        headers.remove(INTERNAL_REQUEST_PARAMS_HEADER)
    else:
        context.internal_request_params = MappingProxyType(found)


def _authenticated(text: str) -> dict[str, Any] | None:
    """The parameters; None if the token is missing or wrong."""
    try:
        found: Any = load_dto(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    token = str(found.pop(FIELD, ""))
    return found if hmac.compare_digest(token.encode(), TOKEN.encode()) else None
