"""The fields of a fault as a form: the values that each accepts, and the fault they describe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from datetime import timedelta
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_type_hints

from wavetank.core.durations import YEAR, duration_text
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import shown
from wavetank.faults.calls import CALLS, CODES
from wavetank.faults.fault import COUNT_MAX, Fault
from wavetank.faults.references import DEPLOYED, UNLIMITED, Resource
from wavetank.faults.serialization import fault_from_dict, fault_to_dict

WINDOW = frozenset({"after", "lasts"})
"""The fields that a switch does not have: it injects now, and reverts when it is switched off."""
FIXED: Mapping[Resource, tuple[str, ...]] = {Resource.CALL: CALLS}
"""Values that do not depend on what is deployed."""
SUGGESTED: Mapping[Resource, tuple[str, ...]] = {Resource.CODE: CODES}

type DeployedNames = Mapping[Resource, Sequence[str]]
"""The names of what is deployed, and the actions that its roles are allowed."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A field of a fault in a form: one of its `choices`, or any text if there are none.

    With `most` above zero it accepts an integer from `least` on.
    """

    name: str
    title: str
    default: str
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    @property
    def is_number(self) -> bool:
        """Whether it accepts an integer."""
        return self.most > 0


def is_possible(kind: type[Fault], deployed: DeployedNames) -> bool:
    """Whether everything that the kind acts on is deployed."""
    return all(deployed.get(resource) for resource in kind.required_resources() & DEPLOYED)


def parameters(kind: type[Fault], deployed: DeployedNames) -> tuple[Parameter, ...]:
    """The fields of the kind, without its window, with what is deployed now as choices."""
    form = fault_to_dict(_example(kind))
    types = get_type_hints(kind)
    return tuple(
        _parameter(item, types[item.name], _text(form[item.name]), deployed)
        for item in fields(kind)
        if item.name not in WINDOW
    )


def fault_from_entries(kind: type[Fault], entries: Mapping[str, object]) -> Fault:
    """The fault that the entries of a form describe: texts, or JSON's own types.

    Raises:
        UsageError: a field is unknown or has an invalid value.
    """
    types = get_type_hints(kind)
    if window := sorted(WINDOW & entries.keys()):
        raise UsageError(
            "a fault without a window", " and ".join(window), "leave it out, and revert the fault"
        )
    values = {name: _value(types.get(name), value) for name, value in entries.items()}
    lasts = duration_text(YEAR)
    return fault_from_dict({"kind": kind.kind, "after": "0s", "lasts": lasts} | values)


def entries_of(fault: Fault) -> Mapping[str, str]:
    """The fields of the fault as texts, without its window."""
    form = fault_to_dict(fault)
    return {name: _text(form[name]) for name in form if name not in {*WINDOW, "kind"}}


def _example(kind: type[Fault]) -> Fault:
    """The fault with its defaults and without a limit, since a switch injects until it is off."""
    form: dict[str, object] = {"kind": kind.kind, "after": "0s"}
    if any(item.name == "times" for item in fields(kind)):
        form["times"] = UNLIMITED
    return fault_from_dict(form)


def _parameter(
    item: Field[Any], annotation: object, default: str, deployed: DeployedNames
) -> Parameter:
    name, resource = item.name, _resource(item)
    title = name.replace("_", " ").capitalize()
    if resource is Resource.SUBSCRIPTION:
        most = max(1, len(deployed.get(resource, ())))
        return Parameter(name=name, title=title, default=default, least=1, most=most)
    if choices := tuple(_choices(annotation, default, resource, deployed)):
        return Parameter(name=name, title=title, default=default, choices=choices)
    if annotation is int:
        return Parameter(name=name, title=title, default=default, least=1, most=COUNT_MAX)
    suggestions = tuple(deployed.get(resource, SUGGESTED.get(resource, ()))) if resource else ()
    return Parameter(name=name, title=title, default=default, suggestions=suggestions)


def _choices(
    annotation: object, default: str, resource: Resource | None, deployed: DeployedNames
) -> Iterator[str]:
    """The roles in the pipeline or the values of an enumeration, then what is deployed."""
    options = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    for option in options:
        if isinstance(option, type) and issubclass(option, StrEnum):
            yield from (one.value for one in option)
    if default == UNLIMITED and resource in DEPLOYED:
        yield UNLIMITED
    if resource is not None:
        yield from FIXED.get(resource, ())
    if resource in DEPLOYED:
        yield from deployed.get(resource, ())


def _resource(item: Field[Any]) -> Resource | None:
    found: Resource | None = item.metadata.get("resource")
    return found


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _value(annotation: object, entered: object) -> object:
    """Convert a text to the type that a file would have; the fault checks everything else."""
    if not isinstance(entered, str) or annotation in {str, timedelta}:
        return entered
    if annotation == tuple[int, ...]:
        return [_whole(part) for part in entered.split(",")]
    if annotation is int or (annotation == (int | None) and entered != UNLIMITED):
        return _whole(entered)
    return entered


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UsageError("a whole number", shown(text), "correct it") from error
