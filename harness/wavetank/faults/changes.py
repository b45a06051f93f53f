"""Changes that faults make to what is deployed: data enough to revert them in another process.

Each revert first looks at what is deployed: it acts only if that is still what the change put
there. So it can be repeated, and never overwrites what was deployed since.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from wavetank.faults.resources import Resources


@dataclass(frozen=True, kw_only=True)
class Change:
    """Base of changes that a fault makes to a target; `kind` is its name in the journal."""

    kind: ClassVar[str]

    def describe(self) -> str:
        """What is different while it is in force."""
        raise NotImplementedError  # each kind defines it

    @property
    def subject(self) -> str:
        """What it changes: two changes of one subject cannot be in force at one time."""
        raise NotImplementedError  # each kind defines it

    def apply(self, resources: Resources) -> None:
        """Make the change, and return when it is in force."""
        raise NotImplementedError  # each kind defines it

    def revert(self, resources: Resources) -> bool:
        """Revert it if it is in force; returns whether it was."""
        raise NotImplementedError  # each kind defines it


@dataclass(frozen=True, kw_only=True)
class CodeChange(Change):
    """A change of a function's code; `former` and `put` are the `CodeSha256` of both zips.

    `package` and `broken` are the names under which the zips are stored.
    """

    kind: ClassVar[str] = "code"
    function: str
    former: str
    put: str
    package: str
    broken: str

    @property
    def subject(self) -> str:
        return f"the code of {self.function}"

    def describe(self) -> str:
        return f"the code of {self.function} is broken"

    def apply(self, resources: Resources) -> None:
        archive = resources.stored(self.broken)
        assert archive is not None  # stored when the change was made
        resources.update_code(self.function, archive)

    def revert(self, resources: Resources) -> bool:
        if resources.code_sha256(self.function) != self.put:
            return False
        archive = resources.stored(self.package)
        if archive is None:
            archive = resources.deployed_code(self.function).archive
        resources.update_code(self.function, archive)
        return True


@dataclass(frozen=True, kw_only=True)
class ConcurrencyChange(Change):
    """A change of a function's reserved concurrency to 0; `former` is the value before, or None."""

    kind: ClassVar[str] = "concurrency"
    function: str
    former: int | None

    @property
    def subject(self) -> str:
        return f"the concurrency of {self.function}"

    def describe(self) -> str:
        return f"{self.function} may not run: its reserved concurrency is 0"

    def apply(self, resources: Resources) -> None:
        resources.reserve_concurrency(self.function, 0)

    def revert(self, resources: Resources) -> bool:
        if self.former == 0 or resources.reserved_concurrency(self.function) != 0:
            return False
        resources.reserve_concurrency(self.function, self.former)
        return True


@dataclass(frozen=True, kw_only=True)
class RuleChange(Change):
    """A change that disables an EventBridge rule."""

    kind: ClassVar[str] = "rule"
    rule: str

    @property
    def subject(self) -> str:
        return f"the state of {self.rule}"

    def describe(self) -> str:
        return f"the rule {self.rule} is off"

    def apply(self, resources: Resources) -> None:
        resources.set_rule_enabled(self.rule, enabled=False)

    def revert(self, resources: Resources) -> bool:
        if resources.rule_is_enabled(self.rule):
            return False
        resources.set_rule_enabled(self.rule, enabled=True)
        return True


@dataclass(frozen=True, kw_only=True)
class PolicyChange(Change):
    """A change that adds an inline policy to a role, which denies it an action."""

    kind: ClassVar[str] = "policy"
    role: str
    policy: str
    action: str

    @property
    def subject(self) -> str:
        return f"{self.action} of {self.role}"

    def describe(self) -> str:
        return f"{self.role} is denied {self.action}"

    def apply(self, resources: Resources) -> None:
        resources.deny(self.role, self.policy, self.action)

    def revert(self, resources: Resources) -> bool:
        return resources.delete_policy(self.role, self.policy)


@dataclass(frozen=True, kw_only=True)
class SubscriptionChange(Change):
    """A change of a confirmed e-mail subscription to unconfirmed."""

    kind: ClassVar[str] = "subscription"
    arn: str
    address: str

    @property
    def topic(self) -> str:
        """The ARN of its topic."""
        return self.arn.rpartition(":")[0]

    @property
    def subject(self) -> str:
        return f"the confirmation of {self.address}"

    def describe(self) -> str:
        return f"{self.address} is not confirmed"

    def apply(self, resources: Resources) -> None:
        resources.set_confirmed(self.arn, confirmed=False)

    def revert(self, resources: Resources) -> bool:
        return resources.set_confirmed(self.arn, confirmed=True)


@dataclass(frozen=True, kw_only=True)
class IndexChange(Change):
    """A change of a table's global secondary indexes; each is its definition in JSON."""

    kind: ClassVar[str] = "indexes"
    table: str
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def subject(self) -> str:
        return f"the indexes of {self.table}"

    def describe(self) -> str:
        return f"{self.table} has other indexes"

    def apply(self, resources: Resources) -> None:
        resources.change_indexes(self.table, self.added, self.removed)

    def revert(self, resources: Resources) -> bool:
        present = set(resources.index_names(self.table))
        if present & _names(self.removed) or not present >= _names(self.added):
            return False
        resources.change_indexes(self.table, self.removed, self.added)
        return True


def _names(indexes: Iterable[str]) -> set[str]:
    return {json.loads(written)["IndexName"] for written in indexes}


@dataclass(frozen=True, kw_only=True)
class ClockChange(Change):
    """A change of LocalStack's clock."""

    kind: ClassVar[str] = "clock"
    behind_seconds: float

    @property
    def subject(self) -> str:
        return "the clock"

    def describe(self) -> str:
        return f"the clock of the sandbox is {self.behind_seconds:.0f} s behind"

    def apply(self, resources: Resources) -> None:
        resources.move_clock(-self.behind_seconds)

    def revert(self, resources: Resources) -> bool:
        resources.move_clock(0.0)
        return True


@dataclass(frozen=True, kw_only=True)
class HostChange(Change):
    """A host fault that is in force; `fault` is its kind.

    `process` is the id of LocalStack's process, 0 in a container, and `born` its start time, since
    ids are reused. `networks` are those that a container is disconnected from.
    """

    kind: ClassVar[str] = "host"
    fault: str
    process: int
    born: float
    networks: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return "the host"

    def describe(self) -> str:
        return f"the host of the sandbox has the fault {self.fault}"

    def apply(self, resources: Resources) -> None:
        resources.begin_host_fault(self)

    def revert(self, resources: Resources) -> bool:
        return resources.revert_host_fault(self)
