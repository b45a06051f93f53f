"""State faults in force on an engine that lives in this process: applied, and reverted once."""

from collections.abc import Callable

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.errors import UsageError
from wavetank.faults.changes import Change
from wavetank.faults.fault import StateFault
from wavetank.faults.resources import Resources

GONE = frozenset({"NoSuchEntity", "NotFound", "ResourceNotFoundException"})
"""The error codes for a resource that was deleted."""

type OnChange = Callable[[Change, bool], None]
"""Called with each change, and whether it is in force now."""


class AppliedFaults:
    """State faults that are in force, by name, each with the changes to revert."""

    def __init__(self, resources: Resources, on_change: OnChange = lambda *_: None) -> None:
        self._resources = resources
        self._on_change = on_change
        self._changes: dict[str, list[Change]] = {}

    def apply(self, name: str, fault: StateFault) -> tuple[Change, ...]:
        """Make the fault's changes, all or none; returns them.

        Raises:
            UsageError: what the fault names is not deployed, or is changed already.
        """
        changes = tuple(fault.changes(name, self._resources))
        self._require_unchanged(fault, changes)
        made = self._changes[name] = []
        try:
            for change in changes:
                made.append(change)  # before it is applied, which may fail halfway
                change.apply(self._resources)
                self._on_change(change, True)  # noqa: FBT003 - the signature of `OnChange`
        except BaseException:
            self.revert(name)
            raise
        return changes

    def revert(self, name: str) -> None:
        """Revert the changes of the fault of this name, the newest first.

        What could not be reverted stays in force, and can be tried again.
        """
        made = self._changes[name]
        while made:
            revert(made[-1], self._resources)
            self._on_change(made.pop(), False)  # noqa: FBT003 - the signature of `OnChange`
        del self._changes[name]

    def revert_all(self) -> None:
        """Revert everything that is in force, the newest fault first."""
        for name in reversed(list(self._changes)):
            self.revert(name)

    def _require_unchanged(self, fault: StateFault, changes: tuple[Change, ...]) -> None:
        in_force = {change.subject for made in self._changes.values() for change in made}
        for change in changes:
            if change.subject in in_force:
                raise UsageError(
                    f"one fault at a time for {change.subject}",
                    f"{fault.kind}, while another is in force",
                    "revert that one first",
                )


def revert(change: Change, resources: Resources) -> bool:
    """Revert the change if it is in force; returns whether it was. What is deleted is reverted."""
    try:
        return change.revert(resources)
    except ClientError as error:
        if error_code(error) in GONE:
            return False
        raise
