"""The engines of runs, by the values of `--engine`."""

from enum import StrEnum


class EngineName(StrEnum):
    """The name of an engine, as a value of `--engine`."""

    SIMULATOR = "simulator"
    EMBEDDED = "embedded"
    DOCKER = "docker"
    AWS = "aws"
