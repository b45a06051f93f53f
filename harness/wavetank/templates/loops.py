"""Writes out the loops of a template: `Fn::ForEach` of AWS::LanguageExtensions.

    Fn::ForEach::Queues:
      - Name
      - [Orders, Refunds]
      - ${Name}Queue: {Type: AWS::SQS::Queue}

[CloudFormation template reference: intrinsic-function-reference-foreach]
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wavetank.templates.document import LOOP, Keys, Template
from wavetank.templates.problems import TemplateProblem
from wavetank.templates.references import TemplateScope

LOOP_PARTS = 3
type Names = Mapping[str, str]
"""The values of the identifiers of the loops around a part."""


def unrolled(scope: TemplateScope) -> tuple[Template, list[TemplateProblem]]:
    """The template without loops, each part with the line of what it was made from."""
    writer = _LoopWriter(scope)
    body = writer.written_out(scope.template.body, (), (), {})
    return replace(scope.template, body=body, lines=writer.lines), writer.problems


class _LoopWriter:
    def __init__(self, scope: TemplateScope) -> None:
        self.lines: dict[Keys, int] = {}
        self.problems: list[TemplateProblem] = []
        self._scope = scope

    def written_out(self, part: Any, source: Keys, target: Keys, names: Names) -> Any:
        """The part without loops; `source` is where it is, `target` where it will be."""
        self.lines[target] = self._scope.template.line(source)
        if isinstance(part, str):
            return _substituted(part, names)
        if isinstance(part, list):
            return [
                self.written_out(element, (*source, index), (*target, index), names)
                for index, element in enumerate(part)
            ]
        if not isinstance(part, dict):
            return part
        if len(part) == 1 and isinstance(part.get("Ref"), str) and part["Ref"] in names:
            return names[part["Ref"]]
        return dict(self._entries(part, source, target, names))

    def _entries(
        self, part: Mapping[str, Any], source: Keys, target: Keys, names: Names
    ) -> Iterator[tuple[str, Any]]:
        for key, value in part.items():
            if str(key).startswith(LOOP):
                yield from self._turns(value, (*source, key), target, names)
            else:
                name = _substituted(str(key), names)  # keys of CloudFormation are texts
                yield name, self.written_out(value, (*source, str(key)), (*target, name), names)

    def _turns(
        self, loop: Any, source: Keys, target: Keys, names: Names
    ) -> Iterator[tuple[str, Any]]:
        """What the loop makes, for each of its values."""
        match loop:
            case [str(identifier), collection, dict(body)] if len(loop) == LOOP_PARTS:
                pass
            case _:
                self._report("a loop of an identifier, a list and what is repeated", source)
                return
        within = self.written_out(collection, (*source, 1), (*source, 1), names)
        texts = [self._scope.text(element) for element in self._scope.elements(within) or [None]]
        for text in texts:
            if text is None:
                self._report("a loop over a list that the template determines", source)
                return
            yield from self._entries(body, (*source, 2), target, {**names, identifier: text})

    def _report(self, expected: str, source: Keys) -> None:
        found = f"{source[-1]} at {self._scope.template.position(source)}"
        self.problems.append(TemplateProblem(expected, found, "correct the loop"))


def _substituted(text: str, names: Names) -> str:
    """With `${Name}` as the value, and `&{Name}` as its letters and digits."""
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
        text = text.replace(f"&{{{name}}}", re.sub(r"[^A-Za-z0-9]", "", value))
    return text
