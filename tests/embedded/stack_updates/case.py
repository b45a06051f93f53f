"""One kind of stack update: the resource before and after, and how its own API shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wavetank.aws.clients import AwsClients, ClientError

GONE = "gone"
MISSING = (
    "DoesNotExist",
    "NoSuch",
    "NonExistent",
    "NotFound",
    "NotExist",
    "404",
)

type Look = Callable[["Stage"], Any]


@dataclass(frozen=True)
class Stage:
    """A stack as it is now: the physical ids by logical id, and clients to look at them with."""

    aws: AwsClients
    ids: Mapping[str, str]
    name: str

    def __getitem__(self, logical_id: str) -> str:
        return self.ids[logical_id]

    def client(self, service: str) -> Any:
        """A client for the sandbox, of any service."""
        aws = self.aws
        return aws.session.client(service, endpoint_url=aws.endpoint, config=aws.config)  # type: ignore[call-overload]  # the name is a variable


@dataclass(frozen=True, kw_only=True)
class Case:
    """A resource whose properties change from `before` to `after`; `look` reads it.

    `seen` is what `look` gives before and after; `is_replaced` says that the template reference
    asks for a new resource. `fixed` are properties that do not change, `others` more resources, one
    of which may have to be there first.
    """

    name: str
    type: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    look: Look
    seen: tuple[Any, Any]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict)
    depends_on: str | None = None
    is_replaced: bool = False

    def resources(self, *, updated: bool) -> dict[str, Any]:
        """The case's part of a template."""
        changing = self.after if updated else self.before
        resource: dict[str, Any] = {"Type": self.type, "Properties": {**self.fixed, **changing}}
        if self.depends_on:
            resource["DependsOn"] = self.depends_on
        return {**self.others, self.name: resource}

    def observe(self, stage: Stage) -> Any:
        """What the resource's own API shows."""
        try:
            return self.look(stage)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if any(part in code for part in MISSING):
                return GONE
            raise
