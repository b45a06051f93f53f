"""What a running sandbox says of itself, whichever engine it runs on."""

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """How a sandbox runs. `ATTACHED` is one that somebody else started, known by its endpoint."""

    EMBEDDED = "embedded"
    DOCKER = "docker"
    ATTACHED = "attached"


@dataclass(frozen=True, kw_only=True)
class SandboxRecord:
    """Where it is and how to look at it.

    `owner` is the process that it ends with, 0 where there is none; `localstack` LocalStack's own,
    0 where it is in a container; `log` the file or the command that shows its log.
    """

    engine: Engine
    endpoint: str
    log: str
    owner: int = 0
    localstack: int = 0
    retry_base_delay_seconds: int = 60
