"""AWS as far as it can be had without an account: its own addresses, answered by LocalStack.

Code that acts on `--target aws` makes its clients for AWS's own endpoints and with keys of AWS's
form. Here the requests of this process to those endpoints go to a LocalStack instead, in the name
of an account that is not the sandbox's, and a test may answer some of them itself: with what only
AWS can say, in AWS's documented shapes, or with what AWS says when it has trouble. A request to AWS
that is neither answered nor carried on fails the test: nothing here reaches the real one.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest
import requests

from wavetank.aws.http_interception import intercept_http
from wavetank.core.http_types import HttpRequest, HttpResponse

ACCOUNT = "123456789012"
READER_ACCOUNT = "111122223333"
"""Both are AWS's own examples."""
AWS_HOST = re.compile(r"(?:.*\.)?amazonaws\.com")
CREDENTIAL = re.compile(r"Credential=([^/]+)/")
HTTP_SECONDS = 60
DROPPED = frozenset({"transfer-encoding", "content-encoding", "content-length", "connection"})
"""Headers that are about LocalStack's connection, and not the answer's."""

type Answer = Callable[[HttpRequest], HttpResponse | None]
"""None for a request that it leaves to the next, and at last to LocalStack."""


def example_key(letter: str = "X") -> str:
    """A key of the form of AWS's own; the letter tells one account's from another's."""
    return "AKIA" + letter * 16


KEYS = {example_key(): ACCOUNT, example_key("R"): READER_ACCOUNT}


@dataclass
class PretendedAws:
    """What stands in AWS's place; `sent` holds every request to it, in order.

    `answers` are asked one after the other, before LocalStack. One may raise
    `wavetank.core.http_types.ConnectionLostError`: a network cut.
    """

    endpoint: str | None
    answers: list[Answer] = field(default_factory=list)
    sent: list[HttpRequest] = field(default_factory=list)

    def carry(self, request: HttpRequest) -> HttpResponse | None:
        """Answers requests to AWS; leaves those to a sandbox's own endpoint alone."""
        if not AWS_HOST.fullmatch(urlsplit(request.url).hostname or ""):
            return None
        self.sent.append(request)
        for answer in self.answers:
            if (response := answer(request)) is not None:
                return response
        return self.take(request)

    def take(self, request: HttpRequest) -> HttpResponse:
        """LocalStack's answer; an answer of a test's may lose it, or say it otherwise."""
        return self._from_localstack(request)

    def _from_localstack(self, request: HttpRequest) -> HttpResponse:
        assert self.endpoint is not None, f"nobody answers {request.method} {request.url}"
        parts = urlsplit(request.url)
        query = f"?{parts.query}" if parts.query else ""
        answer = requests.request(
            request.method,
            f"{self.endpoint}{parts.path or '/'}{query}",
            headers={**_in_the_name_of_the_account(request).headers, "Host": parts.netloc},
            data=request.body,
            timeout=HTTP_SECONDS,
        )
        kept = {
            name: value for name, value in answer.headers.items() if name.lower() not in DROPPED
        }
        return HttpResponse(answer.status_code, kept, answer.content)


def _in_the_name_of_the_account(request: HttpRequest) -> HttpRequest:
    """LocalStack takes the account from a key of twelve digits; a session's key is its own."""
    headers = {
        name: CREDENTIAL.sub(lambda found: f"Credential={_known(found[1])}/", value)
        if name.lower() == "authorization"
        else value
        for name, value in request.headers.items()
        if name.lower() != "transfer-encoding"  # the body is whole by now, with a length
    }
    return replace(request, headers=headers)


def _known(key: str) -> str:
    return KEYS.get(key, key)


@contextmanager
def pretended_aws(
    patch: pytest.MonkeyPatch, endpoint: str | None, *answers: Answer
) -> Iterator[PretendedAws]:
    """For the body, this process has credentials of an account, and AWS is what is pretended."""
    patch.setenv("AWS_ACCESS_KEY_ID", example_key())
    patch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    aws = PretendedAws(endpoint, list(answers))
    with intercept_http(aws.carry):
        yield aws


def is_call(request: HttpRequest, service: str, operation: str) -> bool:
    """Whether it is this operation, in the protocols that name it: JSON's header, Query's body."""
    host = urlsplit(request.url).hostname or ""
    named = request.headers.get("X-Amz-Target", "").rpartition(".")[2] == operation
    return service in host and (named or f"Action={operation}&".encode() in request.body + b"&")


def query_answer(operation: str, result: str) -> HttpResponse:
    """An answer in the Query protocol, as of CloudFormation, IAM, SNS and STS."""
    body = (
        f"<{operation}Response><{operation}Result>{result}</{operation}Result>"
        f"<ResponseMetadata><RequestId>example</RequestId></ResponseMetadata></{operation}Response>"
    )
    return HttpResponse(200, {"Content-Type": "text/xml"}, body.encode())


def query_error(code: str, message: str, status: int = 400) -> HttpResponse:
    """A refusal in the Query protocol."""
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{message}</Message></Error><RequestId>example</RequestId></ErrorResponse>"
    )
    return HttpResponse(status, {"Content-Type": "text/xml"}, body.encode())
