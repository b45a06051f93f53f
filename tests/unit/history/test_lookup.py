"""An event of a saved history is found by its number or by its request."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    Drained,
    Event,
    Outcome,
    RunEnded,
    Trigger,
    line_of,
)
from wavetank.history.lookup import find_event, find_event_in_handler

AT = datetime(2030, 1, 1, tzinfo=UTC)


def _began(request: str, attempt: int = 1) -> Event:
    return AttemptBegan(AT, request, "Measure", attempt, cold=False, trigger=Trigger.SCHEDULE)


EVENTS = (
    Drained(AT, complete=True),
    _began("abc-1"),
    ApiCalled(AT, "abc-1", "sqs", "SendMessage", "ok", took_effect=True),
    AttemptEnded(AT, "abc-1", "Measure", 1, Outcome.ERROR),
    _began("abc-1", 2),
    AttemptEnded(AT, "abc-1", "Measure", 2, Outcome.SUCCESS),
    _began("abd-2"),
    AttemptEnded(AT, "abd-2", "Measure", 1, Outcome.TIMEOUT),
    RunEnded(AT),
)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """The history of an interrupted run, whose last line is incomplete."""
    file = tmp_path / "history.jsonl"
    file.write_bytes(b"".join(map(line_of, EVENTS)) + b'{"at":')
    return file


@pytest.mark.parametrize(
    ("name", "number"), [("1", 1), ("9", 9), ("abc-1", 2), ("abc", 2), ("abd", 7)]
)
def test_an_event_is_found_by_its_number_or_its_request(
    history: Path, name: str, number: int
) -> None:
    """A number is that of its line; a request has its first attempt."""
    found = find_event(history, name)
    assert (found.number, found.event) == (number, EVENTS[number - 1])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("0", "there is no event 0: the run has 9 events; choose a number from 1 to 9"),
        ("10", "there is no event 10: the run has 9 events; choose a number from 1 to 9"),
        ("x", "there is no request x: the run has 9 events, of 2 requests; choose a number from"),
        ("", "there is no request : the run has 9 events, of 2 requests"),
        ("ab", "one request that begins with ab; found 2: abc-1, abd-2; write more of its id"),
    ],
)
def test_an_event_that_never_comes_is_an_error(history: Path, name: str, said: str) -> None:
    """It says how many events there are."""
    with pytest.raises(UsageError) as error:
        find_event(history, name)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("1", "event 1 (Drained); choose the next one in a handler, 2 (AttemptBegan)"),
        ("6", "event 6 (AttemptEnded); choose the next one in a handler, 7 (AttemptBegan)"),
        ("9", "event 9 (RunEnded); choose an earlier one"),
    ],
)
def test_an_event_in_no_handler_names_the_next_one_that_is(
    history: Path, name: str, near: str
) -> None:
    """A debugger has no frame to open in where services act, or after a handler's success."""
    with pytest.raises(UsageError) as error:
        find_event_in_handler(history, name)
    assert near in str(error.value)


@pytest.mark.parametrize("name", ["2", "3", "4", "abd"])
def test_beginnings_calls_and_errors_are_in_a_handler(history: Path, name: str) -> None:
    """All three have a frame of the user's code."""
    assert find_event_in_handler(history, name) == find_event(history, name)
