"""Loggers of execution environments: those of AWS's runtime in each cold start."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import freezegun
import pytest

from wavetank.engines.simulator.logging_space import LoggingSpace


@contextmanager
def entered(space: LoggingSpace) -> Iterator[None]:
    """The handler of the environment runs in the body."""
    space.enter()
    try:
        yield
    finally:
        space.leave()


def test_a_message_is_printed_as_in_lambda(capsys: pytest.CaptureFixture[str]) -> None:
    """From WARNING on, with the level, the time in UTC and the id of the request."""
    space = LoggingSpace({})
    space.begin("request-1")
    with freezegun.freeze_time(datetime(2030, 1, 1, 2, 3, 4, 5000, UTC)), entered(space):
        logging.getLogger("mine").info("unseen")
        logging.getLogger("mine").warning("seen %s", 1)
    assert capsys.readouterr().out == "[WARNING]\t2030-01-01T02:03:04.005Z\trequest-1\tseen 1\n"


def test_logging_configuration_of_the_function_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON and a level, by the variables that Lambda sets for them."""
    space = LoggingSpace({"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"})
    with entered(space):
        logging.getLogger("mine").info("seen")
        logging.getLogger("mine").debug("unseen")
    printed = capsys.readouterr().out
    assert '"level": "INFO", "message": "seen", "logger": "mine"' in printed
    assert "unseen" not in printed


def test_loggers_do_not_outlive_their_environment(caplog: pytest.LogCaptureFixture) -> None:
    """Neither another cold start nor this process sees what a handler has set."""
    one, other = LoggingSpace({}), LoggingSpace({})
    with entered(one):
        logging.getLogger().setLevel(logging.DEBUG)
        mine = logging.getLogger("mine")
        mine.addHandler(logging.NullHandler())
        logging.disable(logging.CRITICAL)
    with entered(other):
        assert logging.getLogger().level == logging.WARNING
        assert logging.getLogger("mine") is not mine
        assert logging.getLogger("mine").handlers == []
        assert logging.getLogger("mine").isEnabledFor(logging.ERROR)
    with entered(one):
        assert logging.getLogger("mine") is mine
    assert logging.getLogger("mine") is not mine
    logging.getLogger("mine").error("of the process")
    assert caplog.messages == ["of the process"]


def test_a_shared_logger_names_the_request_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """A compiled package keeps the logger of the first environment that has imported it."""
    one, other = LoggingSpace({}), LoggingSpace({})
    one.begin("request-1")
    with entered(one):
        shared = logging.getLogger("shared")
    other.begin("request-2")
    with entered(other):
        shared.warning("a")
    with entered(one):
        shared.warning("b")
    printed = [line.split("\t")[2:] for line in capsys.readouterr().out.splitlines()]
    assert printed == [["request-2", "a"], ["request-1", "b"]]
