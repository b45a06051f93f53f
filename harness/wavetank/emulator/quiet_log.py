"""Removes messages from LocalStack's log that are wrong about this sandbox, and no others.

LocalStack warns of two variables that the engines set: it calls one ignored, which selects our
provider of Lambda, and the other, TMPDIR, separates the files of two sandboxes. And it says that
Lambda's log settings are mocked, which our executor obeys. A user can do nothing about any of them.
"""

import logging

from localstack.runtime import hooks

FIRST = 20
"""The priority of the hook: before the one that warns of variables."""
WRONG = {
    "localstack.deprecations": ("PROVIDER_OVERRIDE_LAMBDA ", "TMPDIR "),
    "localstack.services.lambda_.provider": (
        "Advanced Lambda Logging Configuration is currently mocked",
    ),
}
"""How the messages begin, by logger. [LocalStack 4.14: deprecations.py,
services/lambda_/provider.py]"""


@hooks.on_infra_start(priority=FIRST)  # type: ignore[untyped-decorator]  # LocalStack's
def remove_wrong_warnings() -> None:
    """Add a filter to each of the loggers."""
    for logger, beginnings in WRONG.items():
        logging.getLogger(logger).addFilter(_Without(beginnings))


class _Without(logging.Filter):
    """Refuses messages with one of the beginnings."""

    def __init__(self, beginnings: tuple[str, ...]) -> None:
        super().__init__()
        self._beginnings = beginnings

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith(self._beginnings)
