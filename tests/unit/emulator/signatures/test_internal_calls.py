"""The header that marks LocalStack's own calls."""

import json
from typing import Any

import pytest
from werkzeug.datastructures import Headers

from wavetank.emulator.signatures.internal_calls import FIELD, TOKEN, read_internal_parameters

NAME = "x-localstack-data"


class _Context:
    """As much of a request's context as the handler touches."""

    def __init__(self, text: str) -> None:
        self.request = self
        self.headers = Headers({NAME: text})
        self.internal_request_params: Any = None


def test_a_call_with_the_token_is_localstacks_own() -> None:
    """Its parameters are read, and the token is none of them."""
    context = _Context(json.dumps({"service_principal": "lambda", FIELD: TOKEN}))
    read_internal_parameters(None, context, None)
    assert dict(context.internal_request_params) == {"service_principal": "lambda"}


@pytest.mark.parametrize(
    "text", ["{}", "[]", "{", "", '{"service_principal": "lambda"}', json.dumps({FIELD: "0"})]
)
def test_any_other_is_a_clients(text: str) -> None:
    """And no later handler sees the header."""
    context = _Context(text)
    read_internal_parameters(None, context, None)
    assert context.internal_request_params is None
    assert NAME not in context.headers
