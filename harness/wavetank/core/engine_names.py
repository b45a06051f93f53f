"""The engines that a run can be made on, by the names that `--engine` takes."""

from enum import StrEnum


class EngineName(StrEnum):
    """The engine of one run."""

    SIMULATOR = "simulator"
    EMBEDDED = "embedded"
    DOCKER = "docker"
    AWS = "aws"
