"""Problems of a template that the simulator cannot run, by resource, file and line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.templates.accessors import as_table
from wavetank.templates.document import Keys
from wavetank.templates.references import OF_FUNCTION, ResourceReference, TemplateScope


@dataclass(frozen=True)
class TemplateProblem:
    """An error in a template, in three parts; `found` ends with the position.

    `line`, if given, is the problem as a sentence that begins with its position; with the action it
    is all that a user needs. `resource` is the logical id of the resource that it is in.
    """

    expected: str
    found: str
    action: str
    line: str | None = None
    resource: str | None = None

    def as_text(self) -> str:
        """The problem and what to do, on one line."""
        if self.line is not None:
            return f"{self.line}; {self.action}"
        return f"{self.found}: expected {self.expected}; {self.action}"


@dataclass(frozen=True)
class TemplateResource:
    """A resource of a template, with the scope that resolves its values."""

    scope: TemplateScope
    name: str

    @property
    def kind(self) -> str:
        """Its CloudFormation type."""
        return str(self._written["Type"])

    @property
    def properties(self) -> Mapping[str, Any]:
        """Its properties in the template's notation."""
        found: Mapping[str, Any] = self._written.get("Properties") or {}
        return found

    @property
    def build_method(self) -> str | None:
        """How SAM builds it, if its metadata say so."""
        found = as_table(self._written.get("Metadata")).get("BuildMethod")
        return found if isinstance(found, str) else None

    @property
    def is_retained(self) -> bool:
        """Whether it outlives its stack."""
        return str(self._written.get("DeletionPolicy", "")).startswith("Retain")

    def referred(self, written: object) -> "TemplateResource | None":
        """The resource that one of its values refers to; for an alias or a version its function."""
        value = self.scope.value(written)
        resources = self.scope.template.section("Resources")
        if not isinstance(value, ResourceReference) or value.resource not in resources:
            return None
        found = TemplateResource(self.scope, value.resource)
        if found.kind in OF_FUNCTION:
            return found.referred(found.properties.get("FunctionName"))
        return found

    def problem(self, expected: str, what: str, action: str, keys: Keys = ()) -> TemplateProblem:
        """A problem with a part of its properties; `what` completes "found Feed (its type) ..."."""
        below: Keys = ("Properties", *keys) if keys else ()
        position = self.scope.template.position(("Resources", self.name, *below))
        found = f"{self.name} ({self.kind}) {what}".rstrip()
        return TemplateProblem(expected, f"{found} at {position}", action, resource=self.name)

    @property
    def _written(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.scope.template.section("Resources")[self.name]
        return found


def refuse(problems: Sequence[TemplateProblem]) -> None:
    """Raises all problems in one error; returns if there is none.

    Raises:
        UsageError: there is a problem; of several each has a line in its message.
    """
    different = list({problem.line or problem.found: problem for problem in problems}.values())
    if not different:
        return
    if len(different) == 1:
        (only,) = different
        raise UsageError(only.expected, only.found, only.action, sentence=only.line)
    raise UsageError(
        "a template without mistakes",
        "; ".join(problem.line or problem.found for problem in different),
        "correct them",
        sentence=f"{len(different)} mistakes in the template",
        items=[problem.as_text() for problem in different],
    )
