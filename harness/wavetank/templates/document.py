"""A CloudFormation template, and the line number of each of its parts.

YAML or JSON, which YAML contains. The content is not changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

from wavetank.core.errors import UsageError
from wavetank.core.suggestions import nearest
from wavetank.core.text import file_position, short_path

type Keys = tuple[str | int, ...]
"""The path to a part of a template: `("Resources", "Feed", "Type")`."""

SECTIONS = ("Mappings", "Outputs", "Parameters")
"""Sections of which every entry is a mapping."""
LOOP = "Fn::ForEach::"
"""The beginning of a key whose value is repeated by AWS::LanguageExtensions."""


@dataclass(frozen=True)
class Template:
    """A CloudFormation template: its file, its content, and the line of each element.

    In an expanded template `origins` has, by the logical id of each resource that SAM generated,
    the logical id of the resource in the file that it is part of. `parts` are the other files whose
    content is in it.
    """

    path: Path
    body: Mapping[str, Any]
    lines: Mapping[Keys, int]
    origins: Mapping[str, str] = field(default_factory=dict)
    parts: frozenset[Path] = frozenset()

    def position(self, keys: Keys) -> str:
        """`pipeline.yaml:12`, of the part or of its nearest existing parent."""
        return file_position(self.path, self.line(keys))

    def line(self, keys: Keys) -> int:
        """The line of the part or of its nearest existing parent, counted from 1."""
        while keys not in self.lines and keys:
            keys = keys[:-1]
        return self.lines.get(keys, 1)

    def section(self, name: str) -> Mapping[str, Any]:
        """`Resources`, `Parameters` and so on; empty if it is missing."""
        found: Mapping[str, Any] = self.body.get(name) or {}
        return found


def read_document(path: Path) -> Template:
    """The template in the file.

    Raises:
        UsageError: the file is missing or not a template; the message has the line if there is one.
    """
    text = _text(path)
    try:
        node = _node(path, text)
        template = Template(path, yaml_parse(text), dict(_lines(node, ())))
    except RecursionError as error:
        raise UsageError(
            "a CloudFormation template", f"too deep a nesting in {path}", "flatten it"
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise _broken(path, error) from error
    _check_sections(template)
    return template


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
        raise UsageError("a template", f"{path}: {reason}", "check the path") from error
    # JSON may be indented by tabs, which YAML forbids; within its strings there are none.
    return text.replace("\t", " ") if text.lstrip().startswith("{") else text


def _node(path: Path, text: str) -> yaml.Node | None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise UsageError(
                "a template without aliases, which CloudFormation does not support",
                f"*{event.anchor} at {file_position(path, _line(event))}",
                "write out its value",
            )
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None  # PyYAML sets it on every event
    return event.start_mark.line + 1


def _broken(path: Path, error: Exception) -> UsageError:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error)
    position = file_position(path, mark.line + 1) if mark else short_path(path)
    return UsageError("a template in YAML or JSON", f"{what} at {position}", "correct that line")


def line_numbers(text: str) -> dict[Keys, int]:
    """The line of each key and element of a text in YAML or JSON, which must be valid."""
    return dict(_lines(yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader), ()))


def _lines(node: yaml.Node | None, keys: Keys) -> Iterator[tuple[Keys, int]]:
    """The position of everything below the node, independent of tags such as `!Sub`."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*keys, str(key.value))
            yield below, key.start_mark.line + 1
            yield from _lines(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*keys, index), value.start_mark.line + 1
            yield from _lines(value, (*keys, index))


def _check_sections(template: Template) -> None:
    body: Any = template.body
    if not isinstance(body, dict) or not isinstance(body.get("Resources"), dict):
        sections = body if isinstance(body, dict) else ()
        others = [str(name) for name in sections if name != "Resources"]
        near = nearest("Resources", others)
        found = f"{near or 'no Resources'} in {short_path(template.path)}"
        action = "write Resources" if near else "check the path"
        raise UsageError("a CloudFormation template with Resources", found, action)
    _check_table(template, ("Conditions",), template.section("Conditions"))
    check_form(template)


def check_form(template: Template) -> None:
    """Checks that entries of sections are mappings, and that resources have a type.

    Loops, which are lists, are not checked; their expansion is.

    Raises:
        UsageError: one is not; the message has its line.
    """
    for section in SECTIONS:
        _check_table(template, (section,), template.section(section))
        for name, entry in _entries(template, section):
            _check_table(template, (section, str(name)), entry)
    for name, resource in _entries(template, "Resources"):
        keys = ("Resources", str(name))
        _check_table(template, keys, resource)
        if not isinstance(resource.get("Type"), str):
            found = f"{name} without one at {template.position(keys)}"
            raise UsageError("a resource with a Type", found, "correct the template")
        _check_table(template, (*keys, "Properties"), resource.get("Properties") or {})


def _check_table(template: Template, keys: Keys, part: object) -> None:
    if not isinstance(part, dict):
        found = f"something else at {template.position(keys)}"
        raise UsageError(f"names and values under {keys[-1]}", found, "correct the template")


def _entries(template: Template, section: str) -> Iterator[tuple[str, Any]]:
    for name, entry in template.section(section).items():
        if not str(name).startswith(LOOP):
            yield name, entry
