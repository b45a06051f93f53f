"""Warnings that are wrong about this sandbox are not in its log; all others are."""

import inspect
import logging
from collections.abc import Iterator

import pytest
from localstack import deprecations
from localstack.services.lambda_ import provider

from wavetank.emulator.quiet_log import WRONG, remove_wrong_warnings


@pytest.fixture
def quiet() -> Iterator[None]:
    """The filters, removed after the test."""
    loggers = [logging.getLogger(name) for name in WRONG]
    before = [list(logger.filters) for logger in loggers]
    remove_wrong_warnings()
    yield
    for logger, filters in zip(loggers, before, strict=True):
        logger.filters[:] = filters


@pytest.mark.usefixtures("quiet")
def test_the_warning_of_our_provider_is_removed_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """LocalStack's own function logs them, from the environment."""
    monkeypatch.setenv("PROVIDER_OVERRIDE_LAMBDA", "wavetank")
    monkeypatch.setenv("TMPDIR", "/tmp/a-sandbox")  # noqa: S108 - only the name counts
    monkeypatch.setenv("EDGE_PORT", "4566")
    deprecations.log_deprecation_warnings()
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split()[0] for message in messages] == ["EDGE_PORT"]


@pytest.mark.usefixtures("quiet")
def test_other_warnings_of_lambda_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Only the message about log settings is removed, by its beginning."""
    provider.LOG.warning("%s is slow", "a function")
    provider.LOG.warning("%s and more", *WRONG[provider.LOG.name])
    assert [record.getMessage() for record in caplog.records] == ["a function is slow"]


def test_the_message_is_localstacks() -> None:
    """With another version's wording the filter would remove nothing."""
    (beginning,) = WRONG[provider.LOG.name]
    assert f'"{beginning} "' in inspect.getsource(provider)
