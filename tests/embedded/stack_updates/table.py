"""The cases of `test_in_place`, by the stack that they share."""

import pytest

from tests.embedded.stack_updates import access, compute, messages, operations, storage

GROUPS = {
    "access": access.CASES,
    "compute": compute.CASES,
    "messages": messages.CASES,
    "operations": operations.CASES,
    "storage": storage.CASES,
}
LONG = frozenset({"compute"})
"""Functions take a second each to be created."""


def marks(group: str) -> tuple[pytest.MarkDecorator, ...]:
    """What takes long is left to the night."""
    return (pytest.mark.nightly,) if group in LONG else ()


NAMES = [pytest.param(group, marks=marks(group)) for group in GROUPS]
CASES = [
    pytest.param(group, case, id=case.name, marks=marks(group))
    for group, cases in GROUPS.items()
    for case in cases
]
