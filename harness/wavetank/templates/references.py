"""Resolves values of a template, as far as the texts of both templates determine them.

Supported are Ref, GetAtt, Sub, Join, Split, Select, FindInMap, If, Length and ImportValue, with the
parameters and outputs of nested stacks. [CloudFormation template reference:
intrinsic-function-reference]
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.core.settings import REGION, SANDBOX_ACCOUNT
from wavetank.templates.accessors import as_table
from wavetank.templates.conditions import truth
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
OF_FUNCTION = frozenset({"AWS::Lambda::Alias", "AWS::Lambda::Version"})
"""Types that stand for a function, which they name with a qualifier."""
NESTED_STACK = "AWS::CloudFormation::Stack"
OF_NESTED = re.compile(r"(?P<stack>\w+)\.Outputs\.(?P<output>\w+)")
SSM_VALUE = "AWS::SSM::Parameter::Value<"
"""Types of parameters whose value names an SSM parameter; only CloudFormation reads that."""
LIST_TYPES = ("CommaDelimitedList", "List<")


@dataclass(frozen=True)
class ResourceReference:
    """A reference of a template to a resource, by its name or by any attribute."""

    resource: str
    kind: str


class TemplateScope:
    """Resolves the values of one template.

    `parameters` are the values of its parameters. `storage` is the scope of the template that is
    deployed first: its outputs fill parameters of the same names, and can be imported. `nested` has
    the scope of a nested stack's template by the stack's logical id.
    """

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, "str | ResourceReference"],
        storage: "TemplateScope | None" = None,
        nested: "Callable[[str], TemplateScope | None]" = lambda _: None,
    ) -> None:
        self.template = template
        self.parameters = parameters
        self.storage = storage
        self.nested = nested
        self._followed: dict[str, Callable[[Any], str | ResourceReference | None]] = {
            "Ref": self._named,
            "Fn::FindInMap": lambda argument: self.value(self._in_map(argument)),
            "Fn::GetAtt": self._attribute,
            "Fn::If": lambda argument: self.value(self._chosen(argument)),
            "Fn::ImportValue": self._imported,
            "Fn::Join": self._joined,
            "Fn::Length": self._length,
            "Fn::Select": self._selected,
            "Fn::Sub": self._substituted,
        }
        self._listed: dict[str, Callable[[Any], list[Any] | None]] = {
            "Ref": self._list_parameter,
            "Fn::FindInMap": lambda argument: self.elements(self._in_map(argument)),
            "Fn::If": lambda argument: self.elements(self._chosen(argument)),
            "Fn::Split": self._split,
        }

    def value(self, written: Any) -> str | ResourceReference | None:
        """The text or the resource that a value stands for; None if that is not known."""
        if isinstance(written, dict) and len(written) == 1:
            return _follow(self._followed, written)
        if isinstance(written, bool):
            return str(written).lower()
        return str(written) if isinstance(written, str | int | float) else None

    def elements(self, written: Any) -> list[Any] | None:
        """The elements of a list as they are written; None if the list is not known."""
        if isinstance(written, dict) and len(written) == 1:
            return _follow(self._listed, written)
        return written if isinstance(written, list) else None

    def is_true(self, condition: object) -> bool | None:
        """Whether the condition of that name is true; None if that is not known."""
        return truth({"Condition": condition}, self.template.section("Conditions"), self.value)

    def text(self, written: Any) -> str | None:
        """As `value`, with a resource's logical id as its text, so that an ARN keeps its form."""
        return _as_text(self.value(written))

    def kind(self, written: Any) -> str | None:
        """The type of the resource by its name or ARN; None as for `value`."""
        match self.value(written):
            case ResourceReference(kind=kind):
                return "AWS::Lambda::Function" if kind in OF_FUNCTION else kind
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
        path = ".".join(argument) if isinstance(argument, list) else str(argument)
        if found := OF_NESTED.fullmatch(path):
            scope = self.nested(found["stack"])
            output = scope.template.section("Outputs").get(found["output"]) if scope else None
            if scope and output is not None:
                return scope.value(output.get("Value"))
        return self._named(path.partition(".")[0])

    def _parameter(self, name: str) -> str | ResourceReference | None:
        declared = self.template.section("Parameters")[name]
        if str(declared.get("Type")).startswith(SSM_VALUE):
            return None
        if name in self.parameters:
            return self.parameters[name]
        output = self.storage.template.section("Outputs").get(name) if self.storage else None
        if self.storage and output is not None:
            return self.storage.value(output.get("Value"))
        return self.value(declared.get("Default"))

    def _list_parameter(self, name: Any) -> list[Any] | None:
        declared = as_table(self.template.section("Parameters").get(name))
        value = self._parameter(name) if declared else None
        is_list = str(declared.get("Type")).startswith(LIST_TYPES)
        if not is_list or not isinstance(value, str):
            return None
        return [element.strip() for element in value.split(",")]

    def _chosen(self, argument: Any) -> Any:
        condition, if_true, if_false = argument
        is_true = self.is_true(condition)
        if is_true is None:
            return None
        return if_true if is_true else if_false

    def _length(self, argument: Any) -> str | None:
        found = self.elements(argument)
        return None if found is None else str(len(found))

    def _selected(self, argument: Any) -> str | ResourceReference | None:
        index, written = argument
        found, number = self.elements(written), self.text(index)
        return None if found is None or number is None else self.value(found[int(number)])

    def _split(self, argument: Any) -> list[Any] | None:
        delimiter, written = argument
        text = self.value(written)
        return text.split(delimiter) if isinstance(text, str) else None

    def _substituted(self, argument: Any) -> str | ResourceReference | None:
        text, values = argument if isinstance(argument, list) else (argument, {})

        def meant(name: str) -> str | ResourceReference | None:
            return self.value(values[name]) if name in values else self._attribute(name)

        if alone := PLACEHOLDER.fullmatch(text):
            return meant(alone[1])
        return PLACEHOLDER.sub(lambda found: _as_text(meant(found[1])) or found[0], text)

    def _joined(self, argument: Any) -> str | None:
        delimiter, parts = argument
        texts = [self.text(part) for part in self.elements(parts) or [None]]
        known = [text for text in texts if text is not None]
        return str(delimiter).join(known) if len(known) == len(texts) else None

    def _in_map(self, argument: Any) -> Any:
        """The value as it is written in the mapping, or the function's own default."""
        steps, options = argument[:3], as_table(argument[3] if argument[3:] else None)
        found: Any = self.template.section("Mappings")
        for step in steps:
            found = found.get(self.text(step)) if isinstance(found, dict) else None
        return options.get("DefaultValue") if found is None else found

    def _imported(self, argument: Any) -> str | ResourceReference | None:
        name, storage = self.text(argument), self.storage
        outputs = storage.template.section("Outputs").values() if storage else ()
        for output in outputs:
            exported = (output.get("Export") or {}).get("Name")
            if storage and name is not None and storage.text(exported) == name:
                return storage.value(output.get("Value"))
        return None


def _follow[T](functions: Mapping[str, Callable[[Any], T]], written: Mapping[str, Any]) -> T | None:
    """What the function with its argument stands for; None if that is not known."""
    name, argument = next(iter(written.items()))
    follow = functions.get(name)
    try:
        return follow(argument) if follow else None
    except (AttributeError, LookupError, TypeError, ValueError):
        return None  # not the function's form: CloudFormation reports it


def _as_text(value: str | ResourceReference | None) -> str | None:
    return value.resource if isinstance(value, ResourceReference) else value
