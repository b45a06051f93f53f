"""One change of one resource, as the functions that apply it see it."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localstack.services.cloudformation.resource_provider import ResourceProvider, ResourceRequest

type Apply = Callable[["UpdateCall"], None]
"""Sets what the template says of some properties, or their defaults where it says nothing."""


@dataclass(frozen=True, kw_only=True)
class UpdateCall:
    """A change: `previous` and `desired` are the template's, `model` what is deployed.

    `attributes` takes what the service answered, for references to the resource, and `touched` the
    properties that may have been changed, so that a rollback knows what to set back.
    """

    provider: ResourceProvider[Any]
    request: ResourceRequest[Any]
    model: Mapping[str, Any]
    previous: Mapping[str, Any]
    desired: Mapping[str, Any]
    changed: frozenset[str]
    attributes: dict[str, Any] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    @property
    def clients(self) -> Any:
        """Clients of the services; they convert the template's texts to the types of the API."""
        return self.request.aws_client_factory

    def now(self, name: str, default: Any = None) -> Any:
        """The property's new value."""
        value = self.desired.get(name)
        return default if value is None else value

    def before(self, name: str, default: Any = None) -> Any:
        """The property's former value."""
        value = self.previous.get(name)
        return default if value is None else value

    def reached(self) -> dict[str, Any]:
        """The properties as a change leaves them that failed: `touched` ones are the new ones."""
        return {
            name: source[name]
            for source, is_new in ((self.previous, False), (self.desired, True))
            for name in source
            if (name in self.touched) == is_new
        }


class UpdateFailedError(Exception):
    """The service did not do what it was asked, without an error of its own."""


class UpdateRefusedError(UpdateFailedError):
    """A change that is not begun: the function that raises this has changed nothing."""


@dataclass(frozen=True, kw_only=True)
class UpdatableType:
    """How resources of one type change.

    `in_place` has a function for each property, `at_creation` the properties that LocalStack's
    creation leaves out (`always_at_creation` those of which it sets another default than AWS), and
    `delete` what deletes the resource where LocalStack's provider does not. `generated_name` is the
    property for which CloudFormation makes up a name where the template has none, and LocalStack's
    provider does not.
    """

    in_place: Mapping[str, Apply]
    at_creation: frozenset[str] = frozenset()
    always_at_creation: frozenset[str] = frozenset()
    delete: Apply | None = None
    generated_name: str | None = None


def is_true(value: object) -> bool:
    """A flag of a template may be a word."""
    return str(value).lower() == "true"


def each(names: str, apply: Apply) -> dict[str, Apply]:
    """One function for several properties; it is called once, whichever of them change."""
    return dict.fromkeys(names.split(), apply)


def by_provider(call: UpdateCall) -> None:
    """LocalStack's own update, where it does what it says."""
    call.request.desired_state = copy.deepcopy(dict(call.desired))  # Providers change it.
    call.request.previous_state = dict(call.model)
    event: Any = call.provider.update(call.request)
    if event.status.name != "SUCCESS":
        raise UpdateFailedError(event.message)
    call.attributes.update(event.resource_model or {})


def by_creation(call: UpdateCall) -> None:
    """LocalStack's creation, where the service's call overwrites what is there."""
    call.request.desired_state = copy.deepcopy({**kept(call), **call.desired})
    event: Any = call.provider.create(call.request)
    if event.status.name != "SUCCESS":
        raise UpdateFailedError(event.message)


def kept(call: UpdateCall) -> dict[str, Any]:
    """What is deployed and not said by the template: names that were made, ids, attributes."""
    return {key: value for key, value in call.model.items() if key not in call.previous}


def nothing(call: UpdateCall) -> None:
    """The property says something of the template's, or of another property's change."""
