"""Warnings that are wrong about this sandbox are not in its log; all others are."""

import inspect
import logging
from collections.abc import Iterator

import pytest
from localstack import deprecations
from localstack.services.lambda_ import provider

from wavetank.emulator.quiet_log import WRONG, remove_wrong_warnings


class _Messages(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.logged: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.logged.append(record.getMessage())


@pytest.fixture
def messages() -> Iterator[list[str]]:
    """What the loggers log with the filters, however other tests have left their parents."""
    handler = _Messages()
    loggers = [logging.getLogger(name) for name in WRONG]
    before = [(list(each.filters), each.level, each.disabled) for each in loggers]
    remove_wrong_warnings()
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.WARNING)
        logger.disabled = False
    yield handler.logged
    for logger, (filters, level, disabled) in zip(loggers, before, strict=True):
        logger.removeHandler(handler)
        logger.filters[:] = filters
        logger.setLevel(level)
        logger.disabled = disabled


def test_the_warning_of_our_provider_is_removed_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch, messages: list[str]
) -> None:
    """LocalStack's own function logs them, from the environment."""
    monkeypatch.setenv("PROVIDER_OVERRIDE_LAMBDA", "wavetank")
    monkeypatch.setenv("TMPDIR", "/tmp/a-sandbox")  # noqa: S108 - only the name counts
    monkeypatch.setenv("EDGE_PORT", "4566")
    deprecations.log_deprecation_warnings()
    assert [message.split()[0] for message in messages] == ["EDGE_PORT"]


def test_other_warnings_of_lambda_are_logged(messages: list[str]) -> None:
    """Only the message about log settings is removed, by its beginning."""
    provider.LOG.warning("%s is slow", "a function")
    provider.LOG.warning("%s and more", *WRONG[provider.LOG.name])
    assert messages == ["a function is slow"]


def test_the_message_is_localstacks() -> None:
    """With another version's wording the filter would remove nothing."""
    (beginning,) = WRONG[provider.LOG.name]
    assert f'"{beginning} "' in inspect.getsource(provider)
