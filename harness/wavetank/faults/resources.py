"""The deployed pipeline as state faults see it: what the engines implement."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class DeployedCode:
    """A deployed function's package, and its `Handler` setting."""

    archive: bytes
    handler: str


@dataclass(frozen=True)
class ConfirmedSubscription:
    """An e-mail subscription whose address is confirmed."""

    arn: str
    address: str


@dataclass(frozen=True, kw_only=True)
class IndexDifference:
    """The global secondary indexes that a table lacks, and those that another template lacks.

    `added` and `removed` are their definitions in JSON, each with the attributes of its key.
    """

    table: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


class HostFaultTarget(Protocol):
    """Interface to a host fault: its kind, and the process or container that it hits."""

    @property
    def fault(self) -> str:
        """The kind."""
        ...

    @property
    def process(self) -> int:
        """The id of LocalStack's process, 0 in a container."""
        ...

    @property
    def born(self) -> float:
        """The start time of the process, since ids are reused."""
        ...

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that a container is disconnected from."""
        ...


class Resources(Protocol):
    """Interface by which state faults find and change resources; each engine implements it.

    Lookups take a part of the pipeline (`rule-target`), `all`, or the name of one resource, and
    raise UsageError if nothing of that name is deployed.
    """

    def functions(self, reference: str) -> Sequence[str]:
        """The functions with this part in the pipeline, or the one of that name."""
        ...

    def roles(self, reference: str) -> Sequence[str]:
        """The roles that a part of the pipeline assumes, or the one of that name."""
        ...

    def rules(self, reference: str) -> Sequence[str]:
        """All rules with a schedule, or the one of that name."""
        ...

    def confirmed_subscriptions(self, number: int) -> Sequence[ConfirmedSubscription]:
        """Of each topic the `number`-th e-mail subscription, counted from one, if confirmed."""
        ...

    def deployed_code(self, function: str) -> DeployedCode:
        """What the stack deployed as the function's code."""
        ...

    def code_sha256(self, function: str) -> str:
        """The `CodeSha256` of what the function runs now."""
        ...

    def update_code(self, function: str, archive: bytes) -> None:
        """Deploy the zip, and return when the function runs it."""
        ...

    def store(self, archive: bytes) -> str:
        """Store a package until its change is reverted; returns its name."""
        ...

    def stored(self, name: str) -> bytes | None:
        """The package of that name; None if it is lost."""
        ...

    def reserved_concurrency(self, function: str) -> int | None:
        """The function's reserved concurrency; None if there is none."""
        ...

    def reserve_concurrency(self, function: str, count: int | None) -> None:
        """Set the reserved concurrency, or remove it."""
        ...

    def deny(self, role: str, policy: str, action: str) -> None:
        """Deny the role an action by an inline policy of that name."""
        ...

    def delete_policy(self, role: str, policy: str) -> bool:
        """Delete the inline policy; returns whether it was there."""
        ...

    def rule_is_enabled(self, rule: str) -> bool:
        """Whether the rule fires."""
        ...

    def set_rule_enabled(self, rule: str, *, enabled: bool) -> None:
        """Enable or disable the rule."""
        ...

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> bool:
        """Set whether the address has confirmed; returns False if the subscription is gone."""
        ...

    def index_differences(self, template: str) -> Sequence[IndexDifference]:
        """Of each table the indexes that differ from those in the template of that path."""
        ...

    def index_names(self, table: str) -> Sequence[str]:
        """The global secondary indexes that the table has."""
        ...

    def change_indexes(self, table: str, created: Sequence[str], deleted: Sequence[str]) -> None:
        """Create indexes of the table by their definitions, and delete others."""
        ...

    def move_clock(self, offset_seconds: float) -> None:
        """Set the clock of LocalStack that far from the host's; zero is right."""
        ...

    def begin_host_fault(self, change: HostFaultTarget) -> None:
        """Pause, kill, disconnect or limit the host of LocalStack."""
        ...

    def revert_host_fault(self, change: HostFaultTarget) -> bool:
        """Revert that; returns False if the process or container that had it is gone."""
        ...


class StoredPackages:
    """Function packages that changes replaced, in memory.

    For an engine that does not outlive its process.
    """

    def __init__(self) -> None:
        self._archives: dict[str, bytes] = {}

    def store(self, archive: bytes) -> str:
        """Store a package; returns its name."""
        name = code_sha256(archive)
        self._archives[name] = archive
        return name

    def stored(self, name: str) -> bytes | None:
        """The package of that name."""
        return self._archives.get(name)


def code_sha256(archive: bytes) -> str:
    """The zip's `CodeSha256` as Lambda reports it: base64 of its SHA-256."""
    return base64.b64encode(hashlib.sha256(archive).digest()).decode()
