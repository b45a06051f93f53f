"""Names in a template that CloudFormation and SAM do not know: sections, types and properties.

AWS refuses them when it deploys. LocalStack ignores most, and what it does instead is shown where
the cause is not: as a default that the template did not mean, or as a failure of another resource.

SAM refuses unknown properties of its resources and events itself, and ignores those within them.
SAM's schema lags behind it, so of SAM only names that are similar to a known one are problems.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wavetank.core.suggestions import nearest
from wavetank.templates.document import Keys, Template
from wavetank.templates.problems import TemplateProblem
from wavetank.templates.resource_schemas import (
    CUSTOM,
    SERVERLESS_TYPE,
    is_checked,
    resource_schema,
    resource_types,
    sam_globals,
    sam_schema,
    sam_types,
)
from wavetank.templates.schema_walk import UnknownName, unknown_in

SECTIONS = (
    *("AWSTemplateFormatVersion", "Conditions", "Description", "Hooks", "Mappings", "Metadata"),
    *("Outputs", "Parameters", "Resources", "Rules", "Transform"),
)
GLOBALS = "Globals"
"""SAM's own section."""
ATTRIBUTES = (
    *("Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Description", "Metadata"),
    *("Properties", "Type", "UpdatePolicy", "UpdateReplacePolicy", "Version"),
)
"""CloudFormation accepts a Description, without documenting it. [aws-cdk: CfnInclude]"""
SAM_ATTRIBUTES = ("Connectors", "IgnoreGlobals")
PARAMETER_ATTRIBUTES = (
    *("AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description"),
    *("MaxLength", "MaxValue", "MinLength", "MinValue", "NoEcho", "Type"),
)
SIMILARITY_MIN = 0.6
"""How similar a name is to the one that is suggested; 1 is equal. [difflib: get_close_matches]"""
SIMILARITY_OF_TYPES_MIN = 0.85
"""Types have much in common."""
SIMILARITY_IN_SAM_MIN = 0.75
SUGGESTED_MAX = 12
"""How many names are listed if none is similar."""


def unknown_names(template: Template, *, is_sam: bool) -> list[TemplateProblem]:
    """The names in a template as it is written, before SAM expands it."""
    return [*_names_of_form(template, is_sam=is_sam), *_types(template, is_sam=is_sam)] + (
        [*_names_of_sam(template)] if is_sam else []
    )


def unknown_properties(template: Template) -> list[TemplateProblem]:
    """The properties of CloudFormation's resources, in a template that is expanded."""
    problems = []
    for name, resource in template.section("Resources").items():
        kind = _described(resource["Type"])
        if kind is not None:
            schema, keys = resource_schema(kind), ("Resources", str(name), "Properties")
            found = unknown_in(resource.get("Properties") or {}, schema, schema)
            problems += [
                _property_problem(template, str(name), resource["Type"], keys, each)
                for each in found
            ]
    return problems


def _described(kind: str) -> str | None:
    """The type whose schema describes resources of this type; None if there is none."""
    prefix, general = CUSTOM
    known = general if kind.startswith(prefix) else kind
    return known if known in resource_types() else None


def _names_of_form(template: Template, *, is_sam: bool) -> Iterator[TemplateProblem]:
    sections = (*SECTIONS, GLOBALS)
    yield from _of_table(template, (), template.body, sections, "section")
    for name, written in template.section("Parameters").items():
        keys: Keys = ("Parameters", str(name))
        yield from _of_table(template, keys, written, PARAMETER_ATTRIBUTES, "attribute")
    attributes = (*ATTRIBUTES, *SAM_ATTRIBUTES) if is_sam else ATTRIBUTES
    for name, written in template.section("Resources").items():
        keys = ("Resources", str(name))
        yield from _of_table(template, keys, written, attributes, "attribute")


def _of_table(
    template: Template, keys: Keys, written: Mapping[str, Any], known: Iterable[str], noun: str
) -> Iterator[TemplateProblem]:
    for name in written:
        if name not in known and not str(name).startswith("Fn::"):
            owner = f" of a {str(keys[0]).lower().removesuffix('s')}" if keys else ""
            problem = f"no {noun} '{name}'{owner}"
            label = str(keys[-1]) if keys else None
            yield _problem(template, label, (*keys, str(name)), problem, str(name), known)


def _types(template: Template, *, is_sam: bool) -> Iterator[TemplateProblem]:
    for name, resource in template.section("Resources").items():
        kind, keys = resource["Type"], ("Resources", str(name), "Type")
        known = [*resource_types(), *(sam_types() if is_sam else ())]
        if is_checked(kind) and kind not in known:
            if kind.startswith(SERVERLESS_TYPE) and not is_sam:
                yield _without_transform(template, str(name), kind, keys)
            else:
                service = kind.rpartition("::")[0]
                of_service = [each for each in known if each.startswith(f"{service}::")]
                near = nearest(kind, known, SIMILARITY_OF_TYPES_MIN)
                problem = f"no resource type '{kind}'"
                yield _problem(
                    template, str(name), keys, problem, kind, [near] if near else of_service
                )


def _without_transform(template: Template, name: str, kind: str, keys: Keys) -> TemplateProblem:
    action = "write `Transform: AWS::Serverless-2016-10-31` in the template"
    line = f"{template.position(keys)}: {name}: {kind} is a type of SAM"
    found = f"{kind} at {template.position(keys)}"
    return TemplateProblem("SAM's transform for SAM's resources", found, action, line, name)


def _names_of_sam(template: Template) -> Iterator[TemplateProblem]:
    schema = sam_schema()
    common = {GLOBALS: template.body.get(GLOBALS) or {}}
    for each in filter(_is_misspelt, unknown_in(common, schema, schema)):
        if str(each.name) in sam_globals(str(each.keys[1])):
            continue
        problem = f"no '{'.'.join(map(str, each.keys))}'"
        yield _problem(template, None, each.keys, problem, each.name, each.known)
    for name, resource in template.section("Resources").items():
        if str(resource["Type"]) in sam_types():
            written = {"Resources": {name: resource}}
            keys: Keys = ("Resources", str(name), "Properties")
            for each in filter(_is_misspelt, unknown_in(written, schema, schema)):
                if each.keys[: len(keys)] == keys and len(each.keys) > len(keys):
                    within = replace(each, keys=each.keys[len(keys) :])
                    yield _property_problem(template, str(name), resource["Type"], keys, within)


def _is_misspelt(unknown: UnknownName) -> bool:
    return nearest(unknown.name, unknown.known, SIMILARITY_IN_SAM_MIN) is not None


def _property_problem(
    template: Template, name: str, kind: str, keys: Keys, unknown: UnknownName
) -> TemplateProblem:
    path = ".".join(str(key) for key in unknown.keys if not str(key).startswith("Fn::"))
    problem = f"no property '{path}' of {kind}"
    position: Keys = (*keys, *unknown.keys)
    if unknown.is_value:
        *above, last = unknown.keys
        position = (*keys, *above)
        problem = f"no '{last}' for {'.'.join(map(str, above))} of {kind}"
    return _problem(template, name, position, problem, unknown.name, unknown.known)


def _problem(
    template: Template, label: str | None, keys: Keys, problem: str, name: str, known: Iterable[str]
) -> TemplateProblem:
    words = sorted(set(known))
    near = nearest(name, words, SIMILARITY_MIN)
    action = f"did you mean {near}?" if near else _listed(words)
    subject = f"{label}: " if label else ""
    line = f"{template.position(keys)}: {subject}{problem}"
    expected = f"one of {near or ', '.join(words)}"
    return TemplateProblem(expected, f"{name} at {template.position(keys)}", action, line, label)


def _listed(words: list[str]) -> str:
    shown = ", ".join(words[:SUGGESTED_MAX])
    more = ", ..." if len(words) > SUGGESTED_MAX else ""
    return f"known are {shown}{more}" if words else "correct it"
