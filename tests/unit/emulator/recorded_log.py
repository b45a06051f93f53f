"""A log of one module, recorded whatever LocalStack has done to Python's loggers."""

import logging
from types import ModuleType

import pytest


class RecordedLog(logging.Logger):
    """Records messages."""

    def __init__(self) -> None:
        super().__init__("recorded")
        self.records: list[logging.LogRecord] = []

    def handle(self, record: logging.LogRecord) -> None:
        """Record it."""
        self.records.append(record)

    @property
    def levels(self) -> list[str]:
        """The levels of the messages."""
        return [record.levelname for record in self.records]

    @property
    def text(self) -> str:
        """The messages."""
        return "\n".join(record.getMessage() for record in self.records)


def record_log(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> RecordedLog:
    """Record what the module logs by `LOG`."""
    made = RecordedLog()
    monkeypatch.setattr(module, "LOG", made)
    return made
