"""The cases of `test_in_place`, by the stack that they share."""

from tests.embedded.stack_updates import access, compute, messages, operations, storage

GROUPS = {
    "access": access.CASES,
    "compute": compute.CASES,
    "messages": messages.CASES,
    "operations": operations.CASES,
    "storage": storage.CASES,
}
