"""The record of a running sandbox, for every engine."""

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """How a sandbox runs; `ATTACHED`: another program started it, only its endpoint is known."""

    EMBEDDED = "embedded"
    DOCKER = "docker"
    ATTACHED = "attached"


@dataclass(frozen=True, kw_only=True)
class SandboxRecord:
    """The saved record of a running sandbox: its endpoint, processes and log.

    `owner` is the process that it ends with, 0 if there is none; `localstack` LocalStack's own, 0
    if it is in a container; `log` the file or the command that shows its log.
    """

    engine: Engine
    endpoint: str
    log: str
    owner: int = 0
    localstack: int = 0
    retry_base_delay_seconds: int = 60
