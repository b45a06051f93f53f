"""The engines of runs, by the values of `--engine`."""

from enum import StrEnum


class EngineName(StrEnum):
    """The engine of one run."""

    SIMULATOR = "simulator"
    EMBEDDED = "embedded"
    DOCKER = "docker"
    AWS = "aws"
