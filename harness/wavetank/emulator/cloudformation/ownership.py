"""The record of what a stack created: nothing else is ever deleted by it.

A template names resources; it does not say who made them. A bucket whose name was in use, a table
that another stack owns or a resource that was never made stands in a template too. Each deletion
(of a stack, in a rollback, after a replacement) goes through the entries of this record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DELETE = "Delete"
RETAIN = "Retain"
RETAIN_EXCEPT_ON_CREATE = "RetainExceptOnCreate"


@dataclass(frozen=True, kw_only=True)
class OwnedResource:
    """A resource that the stack created; `model` has its properties and the service's attributes.

    `complete` is False where its creation failed after the service had made it.
    """

    logical_id: str
    resource_type: str
    physical_id: str
    model: Mapping[str, Any]
    deletion_policy: str = DELETE
    update_replace_policy: str = DELETE
    depends_on: frozenset[str] = field(default_factory=frozenset)
    complete: bool = True


class ResourceLedger:
    """What one stack created and has not deleted, in the order of its dependencies."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], OwnedResource] = {}

    def __iter__(self) -> Iterator[OwnedResource]:
        return iter(list(self._entries.values()))

    def record(self, resource: OwnedResource) -> None:
        """Adds the resource, or replaces what is known of it; it comes last."""
        key = (resource.logical_id, resource.physical_id)
        self._entries.pop(key, None)
        self._entries[key] = resource

    def take_note(self, resource: OwnedResource, *, is_made: bool) -> None:
        """Records what became of a resource, unless it was there before and is somebody else's.

        `is_made` says that there is a resource now that was not there before.
        """
        if is_made or self.find(resource.logical_id, resource.physical_id) is not None:
            self.record(resource)

    def forget(self, resource: OwnedResource) -> None:
        """Removes the resource: it is deleted, or left to its owner."""
        self._entries.pop((resource.logical_id, resource.physical_id), None)

    def find(self, logical_id: str, physical_id: str | None) -> OwnedResource | None:
        """The entry of the resource, if the stack created it."""
        return self._entries.get((logical_id, physical_id or ""))

    def owns(self, resource_type: str, physical_id: str) -> bool:
        """Whether this stack created the resource."""
        return any(
            (entry.resource_type, entry.physical_id) == (resource_type, physical_id)
            for entry in self._entries.values()
        )

    def other_than(self, current: Mapping[str, str | None]) -> list[OwnedResource]:
        """What the stack created and no longer uses: `current` has the ids that it uses."""
        return [
            entry
            for entry in self._entries.values()
            if current.get(entry.logical_id) != entry.physical_id
        ]
