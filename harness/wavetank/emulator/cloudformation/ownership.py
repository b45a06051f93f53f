"""The record of what a stack created: it never deletes anything else.

A template names resources; it does not say who created them. A bucket whose name was in use, a
table that another stack owns or a resource that was never created is in a template too. Each
deletion (of a stack, in a rollback, after a replacement) goes through the entries of this record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DELETE = "Delete"
RETAIN = "Retain"
RETAIN_EXCEPT_ON_CREATE = "RetainExceptOnCreate"


@dataclass(frozen=True, kw_only=True)
class OwnedResource:
    """A resource that a stack created.

    `model` has its properties and the service's attributes. `complete` is False if its creation
    failed after the service had created it.
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
    """Record of the resources that one stack created and has not deleted.

    They are in the order of their dependencies.
    """

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], OwnedResource] = {}

    def __iter__(self) -> Iterator[OwnedResource]:
        return iter(list(self._entries.values()))

    def record(self, resource: OwnedResource) -> None:
        """Add the resource, or replace its entry; it comes last."""
        key = (resource.logical_id, resource.physical_id)
        self._entries.pop(key, None)
        self._entries[key] = resource

    def record_result(self, resource: OwnedResource, *, is_made: bool) -> None:
        """Record the result for a resource, unless it existed before and is not this stack's.

        `is_made` says that a new resource exists now.
        """
        if is_made or self.find(resource.logical_id, resource.physical_id) is not None:
            self.record(resource)

    def forget(self, resource: OwnedResource) -> None:
        """Remove the entry: the resource is deleted, or retained by a policy."""
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

    def unused(self, current: Mapping[str, str | None]) -> list[OwnedResource]:
        """What the stack created and no longer uses: `current` has the ids that it uses."""
        return [
            entry
            for entry in self._entries.values()
            if current.get(entry.logical_id) != entry.physical_id
        ]
