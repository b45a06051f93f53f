"""Answers to requests to the web are checked before a handler could catch the error."""

from typing import Any

import pytest

from wavetank.aws.web_answers import WebAnswers
from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer
from wavetank.core.http_types import HttpRequest, UnsupportedCall

URL = "https://a.example/b"
REQUEST = HttpRequest("GET", f"{URL}?c=1", {}, b"")
NOT_A_BODY: Any = "text"
WRONG: tuple[Any, ...] = (None, {"usd": 1.1}, 200, HttpAnswer(200, {}, NOT_A_BODY))


@pytest.mark.parametrize("given", ["text", b"text", HttpAnswer(200, {}, b"text")])
def test_an_answer_is_given_or_made(given: str | bytes | HttpAnswer) -> None:
    """A body has the status 200, and a function returns what could be given instead."""
    answers = WebAnswers()
    for answer in (given, lambda _: given):
        answers.add(URL, answer)
        assert answers.answer(REQUEST) == HttpAnswer(200, {}, b"text")


@pytest.mark.parametrize("wrong", WRONG)
def test_another_type_is_refused(wrong: Any) -> None:
    """Where the test gives it, and by a function's call in a way that no handler catches."""
    answers = WebAnswers()
    with pytest.raises(UsageError, match="a str, bytes, or an HttpAnswer"):
        answers.add(URL, wrong)
    answers.add(URL, lambda _: wrong)
    with pytest.raises(UnsupportedCall) as caught:
        answers.answer(REQUEST)
    assert isinstance(caught.value.error, UsageError)
    assert URL in str(caught.value.error)
