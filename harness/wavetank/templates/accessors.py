"""Parts of a template that may have another form than they ought to have."""

from typing import Any


def as_table(written: object) -> dict[str, Any]:
    """Names and values; none where something else is written."""
    return written if isinstance(written, dict) else {}


def as_list(written: object) -> list[Any]:
    """The elements. What is no list, as a policy's only action, is the one element of one."""
    if isinstance(written, list):
        return written
    return [] if written is None else [written]
