"""One change of one resource, as the functions that apply it receive it."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localstack.services.cloudformation.resource_provider import ResourceProvider, ResourceRequest

type Apply = Callable[["UpdateCall"], None]
"""Sets some properties to the template's values, or to their defaults if it has none."""


@dataclass(frozen=True, kw_only=True)
class UpdateCall:
    """A change of one resource, passed to the functions that apply it.

    `previous` and `desired` are the template's properties, `model` the deployed ones. `attributes`
    receives what the service answered, for references to the resource, and `touched` the properties
    that may have been changed, so that a rollback knows which to restore.
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
        """Clients of the services; they convert the template's strings to the types of the API."""
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
        """The properties after a change that failed: `touched` ones have their new values."""
        return {
            name: source[name]
            for source, is_new in ((self.previous, False), (self.desired, True))
            for name in source
            if (name in self.touched) == is_new
        }


class UpdateFailedError(Exception):
    """A service did not make a requested change, and raised no error."""


class UpdateRefusedError(UpdateFailedError):
    """A change that cannot be made in place; nothing has been changed."""


@dataclass(frozen=True, kw_only=True)
class UpdatableType:
    """How resources of one type are updated.

    `in_place` has a function for each property, `at_creation` the properties that LocalStack's
    creation omits (`always_at_creation` those for which its default differs from AWS's), and
    `delete` a function that deletes the resource if LocalStack's provider does so differently.
    `generated_name` is the property for which CloudFormation generates a name if the template has
    none, and LocalStack's provider does not.
    """

    in_place: Mapping[str, Apply]
    at_creation: frozenset[str] = frozenset()
    always_at_creation: frozenset[str] = frozenset()
    delete: Apply | None = None
    generated_name: str | None = None


def is_true(value: object) -> bool:
    """Whether a flag of a template is set; it may be a string."""
    return str(value).lower() == "true"


def each(names: str, apply: Apply) -> dict[str, Apply]:
    """One function for several properties; it is called once, whichever of them change."""
    return dict.fromkeys(names.split(), apply)


def by_provider(call: UpdateCall) -> None:
    """LocalStack's own update, for types where it is correct."""
    call.request.desired_state = copy.deepcopy(dict(call.desired))  # providers change it
    call.request.previous_state = dict(call.model)
    event: Any = call.provider.update(call.request)
    if event.status.name != "SUCCESS":
        raise UpdateFailedError(event.message)
    call.attributes.update(event.resource_model or {})


def by_creation(call: UpdateCall) -> None:
    """LocalStack's creation, for services whose call overwrites the existing resource."""
    call.request.desired_state = copy.deepcopy({**service_attributes(call), **call.desired})
    event: Any = call.provider.create(call.request)
    if event.status.name != "SUCCESS":
        raise UpdateFailedError(event.message)


def service_attributes(call: UpdateCall) -> dict[str, Any]:
    """What is deployed and not in the template: generated names, ids, attributes."""
    return {key: value for key, value in call.model.items() if key not in call.previous}


def nothing(call: UpdateCall) -> None:
    """Do nothing: the property only affects the template, or the change of another property."""
