"""References to resources, parameters and mappings that a template does not have."""

import re
from collections.abc import Iterator
from typing import Any

from wavetank.core.suggestions import did_you_mean
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.document import Keys, Template
from wavetank.templates.problems import TemplateProblem

SUBSTITUTED = re.compile(r"\$\{\s*([^!}\s][^}]*?)\s*\}")
PSEUDO_PREFIX = "AWS::"
SECTIONS = ("Resources", "Outputs")


def unknown_references(template: Template, known: frozenset[str]) -> list[TemplateProblem]:
    """References in the template to names that are none of `known`.

    The template is as it is written, with SAM's resources, so that positions are those of the file;
    `known` are its parameters and resources, and those that SAM makes.
    """
    mappings = frozenset(map(str, template.section("Mappings")))
    return [
        _problem(template, keys, name, known)
        for section in SECTIONS
        for keys, name in _references(template.section(section), (section,))
        if name not in known and not name.startswith(PSEUDO_PREFIX)
    ] + [
        _problem(template, keys, name, mappings, "mapping")
        for section in SECTIONS
        for keys, name in _used_mappings(template.section(section), (section,))
        if name not in mappings
    ]


def unknown_dependencies(template: Template, known: frozenset[str]) -> list[TemplateProblem]:
    """Names in DependsOn that are none of `known`; the template has its conditional resources."""
    return [
        _problem(template, ("Resources", str(name), "DependsOn"), needed, known, "resource")
        for name, resource in template.section("Resources").items()
        for needed in as_list(resource.get("DependsOn"))
        if isinstance(needed, str) and needed not in known | _connectors(template)
    ]


def _connectors(template: Template) -> frozenset[str]:
    """The ids by which SAM knows the connectors within resources."""
    resources = template.section("Resources").items()
    return frozenset(
        f"{name}{connector}"
        for name, resource in resources
        for connector in as_table(resource.get("Connectors"))
    )


def _used_mappings(part: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """The mappings from which values are looked up, if there is no default instead."""
    if isinstance(part, list):
        for index, element in enumerate(part):
            yield from _used_mappings(element, (*keys, index))
    elif isinstance(part, dict):
        match part.get("Fn::FindInMap"):
            case [str(name), _, _]:
                yield keys, name
        for name, value in part.items():
            yield from _used_mappings(value, (*keys, str(name)))


def _references(part: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """The name that each reference begins with: `Jobs` of `!GetAtt Jobs.Arn`."""
    if isinstance(part, list):
        for index, element in enumerate(part):
            yield from _references(element, (*keys, index))
    elif isinstance(part, dict) and len(part) == 1 and (names := _named(part)) is not None:
        yield from ((keys, name.partition(".")[0]) for name in names)
        yield from _references(list(part.values()), keys)
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _references(value, (*keys, str(name)))


def _named(function: dict[Any, Any]) -> list[str] | None:
    """The names in one function; None if it is another, or a plain mapping."""
    match next(iter(function.items())):
        case ("Ref", str(name)) | ("Fn::GetAtt", str(name) | [str(name), *_]):
            return [name]
        case ("Fn::Sub", str(text)):
            return SUBSTITUTED.findall(text)
        case ("Fn::Sub", [str(text), dict(values)]):
            return [name for name in SUBSTITUTED.findall(text) if name not in values]
    return None


def _problem(
    template: Template,
    keys: Keys,
    name: str,
    known: frozenset[str],
    noun: str = "resource or parameter",
) -> TemplateProblem:
    words = sorted(known)
    has = ", ".join(words) or "none"
    action = did_you_mean(name, words) or f"the template has {has}"
    position = template.position(keys)
    line = f"{position}: {keys[1]}: no {noun} '{name}'"
    return TemplateProblem(f"one of {has}", f"{name} at {position}", action, line, str(keys[1]))
