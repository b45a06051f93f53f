"""Reduces a template to what its parameters select.

Resources and outputs under a false condition are removed, `Fn::If` becomes the part that it
selects, and `Fn::FindInMap`, `Fn::Length` and `Fn::ToJsonString` become what they stand for. What
depends on values that only CloudFormation knows stays as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wavetank.templates.accessors import as_list
from wavetank.templates.document import Keys, Template
from wavetank.templates.problems import TemplateProblem
from wavetank.templates.references import TemplateScope

CONDITIONAL = ("Resources", "Outputs")
IF_PARTS = 3
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"


class _Removed:
    """The value of a property that `AWS::NoValue` removes."""


REMOVED = _Removed()


def reduced(scope: TemplateScope) -> tuple[Template, list[TemplateProblem]]:
    """The template that remains, each part with the line of what it was made from."""
    reducer = _Reducer(scope)
    body: dict[str, Any] = {}
    for section, content in scope.template.body.items():
        kept = content
        if section in CONDITIONAL and isinstance(content, dict):
            kept = {name: entry for name, entry in content.items() if reducer.exists(entry)}
        body[section] = reducer.reduced(kept, (section,), (section,))
    _forget_removed(body)
    if all(scope.is_true(name) is not None for name in scope.template.section("Conditions")):
        body.pop("Conditions", None)
    if LANGUAGE_EXTENSIONS in (used := as_list(body.get("Transform"))):
        body["Transform"] = [name for name in used if name != LANGUAGE_EXTENSIONS]
    if not body.get("Transform"):
        body.pop("Transform", None)
    return replace(scope.template, body=body, lines=reducer.lines), reducer.problems


def _forget_removed(body: Mapping[str, Any]) -> None:
    """Waiting for a resource that does not exist is no error in CloudFormation."""
    resources = body.get("Resources", {})
    for resource in resources.values():
        if isinstance(resource, dict) and "DependsOn" in resource:
            awaited = as_list(resource["DependsOn"])
            resource["DependsOn"] = [
                name for name in awaited if not isinstance(name, str) or name in resources
            ]


class _Reducer:
    def __init__(self, scope: TemplateScope) -> None:
        self.lines: dict[Keys, int] = {}
        self.problems: list[TemplateProblem] = []
        self._scope = scope

    def exists(self, entry: Any) -> bool:
        """Whether a resource or an output is not under a false condition."""
        condition = entry.get("Condition") if isinstance(entry, dict) else None
        return condition is None or self._scope.is_true(condition) is not False

    def reduced(self, part: Any, source: Keys, target: Keys) -> Any:
        """What remains of the part, which is at `source` and will be at `target`."""
        self.lines[target] = self._scope.template.line(source)
        if isinstance(part, list):
            return self._list(part, source, target)
        if not isinstance(part, dict):
            return part
        if len(part) == 1:
            name, argument = next(iter(part.items()))
            return self._function(name, argument, source, target)
        return self._mapping(part, source, target)

    def _mapping(self, part: Mapping[str, Any], source: Keys, target: Keys) -> dict[str, Any]:
        below = {
            name: self.reduced(value, (*source, name), (*target, name))
            for name, value in part.items()
            if not (_is_condition(name, target) and self._scope.is_true(value))
        }
        return {name: value for name, value in below.items() if value is not REMOVED}

    def _list(self, part: list[Any], source: Keys, target: Keys) -> list[Any]:
        below: list[Any] = []
        for index, element in enumerate(part):
            value = self.reduced(element, (*source, index), (*target, len(below)))
            if value is not REMOVED:
                below.append(value)
        return below

    def _function(self, name: str, argument: Any, source: Keys, target: Keys) -> Any:
        whole = {name: argument}
        match name:
            case "Ref" if argument == "AWS::NoValue":
                return REMOVED
            case "Fn::If" if isinstance(argument, list) and len(argument) == IF_PARTS:
                return self._chosen(argument, source, target)
            case "Fn::FindInMap":
                return self._known_or_written(whole)
            case "Fn::Length":
                length = self._scope.text(whole)
                if length is None:
                    self._report("a list that the template determines", name, source)
                return whole if length is None else int(length)
            case "Fn::ToJsonString":
                below = self.reduced(argument, (*source, name), (*target, name))
                return self._json_string(None if below is REMOVED else below)
            case _:
                return self._mapping(whole, source, target)

    def _chosen(self, argument: list[Any], source: Keys, target: Keys) -> Any:
        """The part of `Fn::If` that the condition selects, or both if it is not known."""
        is_true = self._scope.is_true(argument[0])
        if is_true is not None:
            index = 1 if is_true else 2
            return self.reduced(argument[index], (*source, "Fn::If", index), target)
        below = [self.reduced(part, (*source, "Fn::If"), target) for part in argument[1:]]
        # CloudFormation will remove it if it selects this part.
        parts = [{"Ref": "AWS::NoValue"} if part is REMOVED else part for part in below]
        return {"Fn::If": [argument[0], *parts]}

    def _known_or_written(self, whole: dict[str, Any]) -> Any:
        found = self._scope.value(whole)
        listed = self._scope.elements(whole) if found is None else None
        if isinstance(found, str):
            return found
        return whole if listed is None else listed

    def _json_string(self, part: Any) -> Any:
        """The JSON text, or a join of it with the values that only CloudFormation knows."""
        unknown: list[Any] = []
        text = json.dumps(self._known(part, unknown), separators=(",", ":"), default=str)
        if not unknown:
            return text
        parts: list[Any] = []
        for number, value in enumerate(unknown):
            before, _, text = text.partition(_mark(number))
            parts += [before, value]
        return {"Fn::Join": ["", [*parts, text]]}

    def _known(self, part: Any, unknown: list[Any]) -> Any:
        """The part with the values of its functions, and a mark for each that is not known."""
        if isinstance(part, list):
            return [self._known(element, unknown) for element in part]
        if not isinstance(part, dict):
            return part
        if len(part) == 1 and (name := next(iter(part))) and _is_function(name):
            if (elements := self._scope.elements(part)) is not None:
                return self._known(elements, unknown)
            if isinstance(value := self._scope.value(part), str):
                return value
            unknown.append(part)
            return _mark(len(unknown) - 1)
        return {name: self._known(value, unknown) for name, value in part.items()}

    def _report(self, expected: str, name: str, source: Keys) -> None:
        found = f"{name} at {self._scope.template.position(source)}"
        self.problems.append(TemplateProblem(expected, found, "write the list out"))


def _is_condition(name: str, target: Keys) -> bool:
    """Whether the key is the condition under which a resource or an output exists."""
    return (
        name == "Condition"
        and len(target) == len(("section", "name"))
        and (target[0] in CONDITIONAL)
    )


def _is_function(name: str) -> bool:
    return name == "Ref" or name.startswith("Fn::")


def _mark(number: int) -> str:
    """A text that stands for an unknown value; JSON does not escape it."""
    return f"<wavetank:unknown:{number}>"
