"""The lines of logs: of a file, and of a function in CloudWatch Logs."""

from collections.abc import Callable
from pathlib import Path

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.errors import UsageError


class FollowedLog:
    """Interface of a growing log; `read` returns all of its lines."""

    def __init__(self, read: Callable[[], list[str]]) -> None:
        self._read = read
        self._count = 0

    def new_lines(self) -> list[str]:
        """The lines since the last call; all of them if the log was started again."""
        lines = self._read()
        new = lines[self._count :] if len(lines) >= self._count else lines
        self._count = len(lines)
        return new


def file_lines(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def function_log(aws: AwsClients, function: str) -> list[str]:
    """The lines of the function's log group, in order.

    Raises:
        UsageError: there is no such log group.
    """
    pages = aws.logs.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{function}"
    )
    try:
        found = [event["message"] for page in pages for event in page["events"]]
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        raise UsageError(
            "the deployed name of a function that has run",
            function,
            "check --function, or invoke it first",
            sentence=f'no log of function "{function}"',
        ) from error
    return [line for message in found for line in message.splitlines()]
