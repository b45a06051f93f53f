"""The requests of the checks are answered by the test."""

from collections.abc import Iterator

import pytest

from tests.unit.deployment.preflight.answers import Aws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Puts the given answers in AWS's place."""
    pretended = Aws(monkeypatch)
    with pretended.stack:
        yield pretended
