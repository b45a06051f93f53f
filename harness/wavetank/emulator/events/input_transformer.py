"""Input transformers: make the text that a target receives from a template and the event.

A value outside of longer text is JSON: a string is quoted, whether or not the template has the
quotation marks. Within longer text it is inserted as it is, without escapes. There an object or
array loses its quotation marks; in a template for an object it keeps them and breaks the text, so
that AWS drops the event. A path without a value gives an empty string.
[EventBridge user guide, eb-transform-target-input: "Common Issues"; EventBridge API reference,
InputTransformer; on AWS, by LocalStack's tests: test_events_inputs.py]
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.emulator.events.json_path import MissingValueError, value_at

PLACEHOLDER = re.compile(r"<([\w.-]+)>")
TOKEN = re.compile(
    r'"<(?P<alone>[\w.-]+)>"|<(?P<value>[\w.-]+)>|(?P<text>"(?:[^"\\]|\\.)*")|(?P<other>.)',
    re.DOTALL,
)
"""A placeholder with or without quotation marks, a string, or a character outside of both."""
RESERVED = frozenset(
    {
        "aws.events.event",
        "aws.events.event.json",
        "aws.events.event.ingestion-time",
        "aws.events.rule-arn",
        "aws.events.rule-name",
    }
)
NAMES = {"detail-type": "detailType"}
"""Members that have another name in <aws.events.event>."""
SAMPLE = True
"""Stands for any value when a template is checked: a value that cannot be an object's key."""


class InputTemplateError(ValueError):
    """An input template that PutTargets refuses; the message says where it is invalid."""


@dataclass(frozen=True)
class InputTransformer:
    """An input template of a target, and the JSON path of each of its variables."""

    template: str
    paths: Mapping[str, str]

    def check(self) -> None:
        """Check the template as PutTargets does.

        Raises:
            InputTemplateError: it has an unknown placeholder, or its result is not JSON.
        """
        for name in PLACEHOLDER.findall(self.template):
            if name not in self.paths and name not in RESERVED:
                raise InputTemplateError(f"contains invalid placeholder {name}.")
        sample = self._filled(dict.fromkeys([*self.paths, *RESERVED], SAMPLE))
        try:
            list(_json_values(sample))
        except json.JSONDecodeError as error:
            where = f'[Source: (String)"{self.template}"; line: {error.lineno}'
            raise InputTemplateError(f"{error.msg}\n at {where}, column: {error.colno}]") from error

    def text(self, event: Mapping[str, Any], rule_arn: str, rule_name: str) -> str:
        """The template with the values of the event."""
        values = {name: _value(path, event) for name, path in self.paths.items()}
        return self._filled(values | _reserved_values(event, rule_arn, rule_name))

    def _filled(self, values: Mapping[str, Any]) -> str:
        plain = _raw if self.template.lstrip().startswith("{") else _without_quotation_marks
        return "".join(_token(found, values, plain) for found in TOKEN.finditer(self.template))


def is_json(text: str) -> bool:
    """Whether the text is one JSON value."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):  # also numbers and depths beyond Python's limits
        return False
    return True


def _token(matched: re.Match[str], values: Mapping[str, Any], plain: Callable[[Any], str]) -> str:
    """The text for a token; `plain` gives the text of a value within other text."""
    if name := matched["alone"]:
        value = values[name]
        return json_text(value) if isinstance(value, str) else f'"{plain(value)}"'
    if name := matched["value"]:
        return json_text(values[name])
    if text := matched["text"]:
        return PLACEHOLDER.sub(lambda found: plain(values[found[1]]), text)
    return matched["other"]


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _without_quotation_marks(value: Any) -> str:
    """The value; an object or array without its quotation marks."""
    if isinstance(value, str):
        return value
    return json_text(value).replace(r"\"", "").replace('"', "")


def json_text(value: Any) -> str:
    """The value as EventBridge writes JSON: without white space, in UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _value(path: str, event: Mapping[str, Any]) -> Any:
    try:
        return value_at(path, event)
    except MissingValueError:
        return ""


def _reserved_values(event: Mapping[str, Any], rule_arn: str, rule_name: str) -> dict[str, Any]:
    without_detail = {NAMES.get(name, name): it for name, it in event.items() if name != "detail"}
    return {
        "aws.events.event": without_detail,
        "aws.events.event.json": dict(event),
        "aws.events.event.ingestion-time": event.get("time", ""),
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_name,
    }


def _json_values(text: str) -> Iterator[Any]:
    """The JSON values in the text, such as several lines that are strings."""
    decoder, position = json.JSONDecoder(), 0
    while rest := text[position:].strip():
        position = text.index(rest, position)
        value, position = decoder.raw_decode(text, position)
        yield value
