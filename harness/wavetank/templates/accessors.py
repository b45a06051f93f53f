"""Access to parts of a template that may have an unexpected form."""

from typing import Any


def as_table(written: object) -> dict[str, Any]:
    """The mapping; empty if the value is not one."""
    return written if isinstance(written, dict) else {}


def as_list(written: object) -> list[Any]:
    """The elements; a value that is not a list, such as a single action, as a list of one."""
    if isinstance(written, list):
        return written
    return [] if written is None else [written]
