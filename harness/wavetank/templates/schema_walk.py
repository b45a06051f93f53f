"""Finds names that a JSON schema does not have, in values with CloudFormation's functions.

The schemas of AWS's types and of SAM describe one object by several alternatives. A name is unknown
if none of those that can apply has it; values and required names are not checked, since schemas lag
behind what AWS accepts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.templates.document import Keys
from wavetank.templates.resource_schemas import Schema

ALTERNATIVES = ("allOf", "anyOf", "oneOf")
OF_OBJECTS = ("additionalProperties", "patternProperties", "properties")
SELECTOR = "Type"
"""The property by which SAM selects an alternative."""
DEPTH_MAX = 30
"""A schema that refers to itself, as that of a table's cells, ends with the value."""


@dataclass(frozen=True)
class UnknownName:
    """A key that the schema does not have, or a value that selects none of its alternatives.

    `keys` leads to it; `known` are the names that would be possible in its place.
    """

    keys: Keys
    known: tuple[str, ...]
    is_value: bool = False

    @property
    def name(self) -> str:
        """What is unknown."""
        return str(self.keys[-1])


def unknown_in(value: Any, schema: Schema, root: Schema) -> Iterator[UnknownName]:
    """The unknown names in the value; `root` has the definitions to which the schema refers."""
    yield from _Walk(root).unknown(value, [schema], ())


class _Walk:
    def __init__(self, root: Schema) -> None:
        self._root = root

    def unknown(self, value: Any, schemas: Iterable[Schema], keys: Keys) -> Iterator[UnknownName]:
        found = [part for schema in schemas for part in self._parts(schema)]
        if isinstance(value, list):
            items = [part["items"] for part in found if isinstance(part.get("items"), dict)]
            for index, element in enumerate(value):
                yield from self.unknown(element, items, (*keys, index))
        elif isinstance(value, dict) and _is_function(value):
            if "Fn::If" in value and isinstance(value["Fn::If"], list):
                for index, branch in enumerate(value["Fn::If"][1:], start=1):
                    yield from self.unknown(branch, found, (*keys, index))
        elif isinstance(value, dict):
            yield from self._in_table(value, found, keys)

    def _in_table(
        self, value: Mapping[Any, Any], found: list[Schema], keys: Keys
    ) -> Iterator[UnknownName]:
        objects = [part for part in found if any(key in part for key in OF_OBJECTS)]
        fitting = [part for part in objects if not _is_another(value, part)]
        if not fitting and len(objects) > 1:
            selected: Keys = (*keys, SELECTOR, str(value[SELECTOR]))
            yield UnknownName(selected, _kinds(objects), is_value=True)
            return
        fitting = fitting or objects
        is_closed = any(part.get("additionalProperties") is False for part in fitting)
        for name, written in value.items():
            below = [schema for part in fitting for schema in _below(part, str(name))]
            if below:
                yield from self.unknown(written, below, (*keys, str(name)))
            elif is_closed and not _is_known(str(name), fitting):
                known = {each for part in fitting for each in part.get("properties", {})}
                yield UnknownName((*keys, str(name)), tuple(sorted(known)))

    def _parts(self, schema: Schema, depth: int = 0) -> Iterator[Schema]:
        """The schema and all its alternatives."""
        if depth > DEPTH_MAX:
            return
        yield schema
        if "$ref" in schema:
            yield from self._parts(self._referred(schema["$ref"]), depth + 1)
        for alternatives in ALTERNATIVES:
            for part in schema.get(alternatives, ()):
                yield from self._parts(part, depth + 1)

    def _referred(self, reference: str) -> Schema:
        found: Any = self._root
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        schema: Schema = found
        return schema


def _is_function(value: Mapping[Any, Any]) -> bool:
    """Whether the value is made by CloudFormation, or is `AWS::NoValue`."""
    names = [str(name) for name in value]
    return names == ["Ref"] or any(name.startswith("Fn::") for name in names)


def _is_another(value: Mapping[Any, Any], part: Schema) -> bool:
    """Whether the `Type` of the value is that of another alternative."""
    kind, allowed = value.get(SELECTOR), _selected_by(part)
    return bool(allowed) and isinstance(kind, str) and kind not in allowed


def _selected_by(part: Schema) -> tuple[str, ...]:
    kind = part.get("properties", {}).get(SELECTOR, {})
    return tuple(kind.get("enum", ())) if isinstance(kind, dict) else ()


def _kinds(parts: Iterable[Schema]) -> tuple[str, ...]:
    return tuple(sorted(kind for part in parts for kind in _selected_by(part)))


def _below(part: Schema, name: str) -> Iterator[Schema]:
    patterns = part.get("patternProperties", {})
    schemas = [each for pattern, each in patterns.items() if re.search(pattern, name)]
    if name in part.get("properties", {}):
        schemas = [part["properties"][name]]
    elif not schemas:
        schemas = [part.get("additionalProperties")]
    yield from (each for each in schemas if isinstance(each, dict))


def _is_known(name: str, parts: Iterable[Schema]) -> bool:
    return any(name in part.get("properties", {}) for part in parts)
