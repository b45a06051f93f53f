"""Resolves values of a template, as far as the texts of both templates determine them.

Supported are Ref, GetAtt, Sub, Join, FindInMap and ImportValue; conditions are not. [CloudFormation
template reference: intrinsic-function-reference]
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.core.settings import REGION, SANDBOX_ACCOUNT
from wavetank.templates.document import Template

PSEUDO = {
    "AWS::AccountId": SANDBOX_ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
PLACEHOLDER = re.compile(r"\$\{([^!}]+)\}")
OF_SERVICES = {
    "lambda": "AWS::Lambda::Function",
    "sns": "AWS::SNS::Topic",
    "sqs": "AWS::SQS::Queue",
}
"""The resource type that an ARN of the service stands for."""
ARN_PARTS = 6


@dataclass(frozen=True)
class ResourceReference:
    """A resource that a value refers to, by its name or by any attribute."""

    resource: str
    kind: str


class TemplateScope:
    """The scope in which the values of one template are resolved.

    `parameters` are the values of its parameters. `storage` is the scope of the template that is
    deployed first: its outputs fill parameters of the same names, and can be imported.
    """

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, str],
        storage: "TemplateScope | None" = None,
    ) -> None:
        self.template = template
        self.parameters = parameters
        self.storage = storage
        self._followed: dict[str, Callable[[Any], str | ResourceReference | None]] = {
            "Ref": self._named,
            "Fn::FindInMap": self._in_map,
            "Fn::GetAtt": self._attribute,
            "Fn::ImportValue": self._imported,
            "Fn::Join": self._joined,
            "Fn::Sub": self._substituted,
        }

    def value(self, written: Any) -> str | ResourceReference | None:
        """The text or the resource that a value stands for; None if that is not known."""
        if isinstance(written, dict) and len(written) == 1:
            function, argument = next(iter(written.items()))
            follow = self._followed.get(function)
            try:
                return follow(argument) if follow else None
            except (AttributeError, IndexError, TypeError, ValueError):
                return None  # not the function's form: CloudFormation reports it
        return str(written) if isinstance(written, str | int | float) else None

    def text(self, written: Any) -> str | None:
        """As `value`, with a resource's logical id as its text, so that an ARN keeps its form."""
        return _as_text(self.value(written))

    def kind(self, written: Any) -> str | None:
        """The type of the resource by its name or ARN; None as for `value`."""
        match self.value(written):
            case ResourceReference(kind=kind):
                return kind
            case str(text):
                parts = text.split(":")
                is_arn = parts[0] == "arn" and len(parts) >= ARN_PARTS
                return OF_SERVICES.get(parts[2], f"an ARN of {parts[2]}") if is_arn else text
        return None

    def is_filled(self, parameter: str) -> bool:
        """Whether the parameter has a value: given, a default, or an output of `storage`."""
        declared = self.template.section("Parameters")[parameter]
        outputs = self.storage.template.section("Outputs") if self.storage else {}
        return parameter in self.parameters or "Default" in declared or parameter in outputs

    def _named(self, name: Any) -> str | ResourceReference | None:
        resource = self.template.section("Resources").get(name)
        if resource is not None:
            return ResourceReference(name, resource["Type"])
        if name in self.template.section("Parameters"):
            return self._parameter(name)
        return PSEUDO.get(name)

    def _attribute(self, argument: Any) -> str | ResourceReference | None:
        name = argument[0] if isinstance(argument, list) and argument else argument
        return self._named(str(name).partition(".")[0])

    def _parameter(self, name: str) -> str | ResourceReference | None:
        if name in self.parameters:
            return self.parameters[name]
        output = self.storage.template.section("Outputs").get(name) if self.storage else None
        if self.storage and output is not None:
            return self.storage.value(output.get("Value"))
        default = self.template.section("Parameters")[name].get("Default")
        return None if default is None else str(default)

    def _substituted(self, argument: Any) -> str | ResourceReference | None:
        text, values = argument if isinstance(argument, list) else (argument, {})

        def meant(name: str) -> str | ResourceReference | None:
            return self.value(values[name]) if name in values else self._attribute(name)

        if alone := PLACEHOLDER.fullmatch(text):
            return meant(alone[1])
        return PLACEHOLDER.sub(lambda found: _as_text(meant(found[1])) or found[0], text)

    def _joined(self, argument: Any) -> str | None:
        delimiter, parts = argument
        texts = [self.text(part) for part in parts] if isinstance(parts, list) else [None]
        known = [text for text in texts if text is not None]
        return str(delimiter).join(known) if len(known) == len(texts) else None

    def _in_map(self, argument: Any) -> str | ResourceReference | None:
        found: Any = self.template.section("Mappings")
        for step in argument:
            found = found.get(self.text(step)) if isinstance(found, dict) else None
        return self.value(found)

    def _imported(self, argument: Any) -> str | ResourceReference | None:
        name, storage = self.text(argument), self.storage
        outputs = storage.template.section("Outputs").values() if storage else ()
        for output in outputs:
            exported = (output.get("Export") or {}).get("Name")
            if storage and name is not None and storage.text(exported) == name:
                return storage.value(output.get("Value"))
        return None


def _as_text(value: str | ResourceReference | None) -> str | None:
    return value.resource if isinstance(value, ResourceReference) else value
