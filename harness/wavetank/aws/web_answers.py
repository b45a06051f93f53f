"""Answers of a test to handlers' requests to the web, by their URLs."""

from collections.abc import Callable
from urllib.parse import urlsplit

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer
from wavetank.core.http_types import HttpRequest, UnsupportedCall
from wavetank.core.suggestions import shown

type WebAnswer = str | bytes | HttpAnswer | Callable[[HttpRequest], str | bytes | HttpAnswer]
"""A body with status 200, a whole answer, or a function of the request that returns either."""


class WebAnswers:
    """The answers of a test to requests; the latest one to an address counts."""

    def __init__(self) -> None:
        self._answers: dict[str, WebAnswer] = {}

    def add(self, url: str, answer: WebAnswer) -> None:
        """Answer requests for the URL, whatever their query, from now on.

        Raises:
            UsageError: it is no URL of http or https, or the answer has another type.
        """
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise UsageError("a URL of http or https", url, 'write "https://HOST/PATH"')
        if not callable(answer):
            answer = _checked(answer, url)
        self._answers[_address(url)] = answer

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to the request.

        Raises:
            UnsupportedCall: the test has none, or its function fails.
        """
        given = self._answers.get(_address(request.url))
        if given is None:
            raise UnsupportedCall(
                UsageError(
                    "an answer to each request to the web, which a simulator does not reach",
                    f"none to {request.method} {request.url}",
                    f'write simulator.answers_web("{request.url}", ...) in the test',
                )
            )
        try:
            return _checked(given(request) if callable(given) else given, request.url)
        except Exception as error:
            # The test's own mistake, or its assertion: a handler must not catch it.
            raise UnsupportedCall(error) from error


def _checked(given: object, url: str) -> HttpAnswer:
    """The whole answer.

    Raises:
        UsageError: it is none.
    """
    match given:
        case str():
            return HttpAnswer(200, {}, given.encode())
        case bytes():
            return HttpAnswer(200, {}, given)
        case HttpAnswer(body=bytes()):
            return given
    raise UsageError(
        f"an answer to {url} that is a str, bytes, or an HttpAnswer whose body is bytes",
        shown(given),
        "correct the answer, for example with json.dumps",
    )


def _address(url: str) -> str:
    """The URL without its query, and with the port that its scheme implies left out."""
    parts = urlsplit(url)
    implied = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in {None, implied} else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path or '/'}"
