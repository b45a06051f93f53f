"""Reads a template with all that it consists of: loops, conditions, SAM's resources, nested stacks.

What is read is what exists in a deployment with these parameters: a resource under a false
condition is not there, and each resource that SAM makes is.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from wavetank.core.errors import UsageError
from wavetank.templates import cdk, sam
from wavetank.templates.accessors import as_table
from wavetank.templates.cycles import circular_references
from wavetank.templates.document import Template, check_form, read_document
from wavetank.templates.external_layers import with_given_layers
from wavetank.templates.includes import included
from wavetank.templates.loops import unrolled
from wavetank.templates.problems import TemplateProblem, TemplateResource
from wavetank.templates.queue_timeouts import short_visibility_timeouts
from wavetank.templates.reduction import reduced
from wavetank.templates.references import NESTED_STACK, ResourceReference, TemplateScope
from wavetank.templates.unknown_names import unknown_names, unknown_properties
from wavetank.templates.unknown_references import unknown_dependencies, unknown_references

type Values = Mapping[str, str | ResourceReference]


class StackTree:
    """A template, read with its parameters, and the templates of its nested stacks.

    `problems` are those of this template. The nested ones are read when they are first asked for,
    since their parameters may be outputs of each other. `code` is the folder that code paths are
    relative to; by default each template's own. `layers` are paths of the content of other
    accounts' layers, by ARN.

    Raises:
        UsageError: the file is missing or not a template.
    """

    def __init__(
        self,
        path: Path,
        parameters: Values,
        storage: TemplateScope | None = None,
        within: tuple[Path, ...] = (),
        code: Path | None = None,
        layers: Mapping[str, Path] = MappingProxyType({}),
    ) -> None:
        self.problems: list[TemplateProblem] = []
        self._within = (*within, path.resolve())
        self._code = code
        self._layers = layers
        self._nested: dict[str, StackTree | None] = {}
        template, found = included(cdk.localized(read_document(path)))
        self.problems += found
        for expand in (unrolled, reduced):
            before = template
            template, found = expand(TemplateScope(template, parameters, storage))
            self.problems += found
            check_form(template)
        written, template = template, self._expanded(template, parameters, storage)
        if not self.problems and not sam.is_sam(template):
            # Names of resources under a false condition are known too.
            resources = before.section("Resources").keys() | template.section("Resources").keys()
            names = resources | template.section("Parameters").keys()
            self.problems += unknown_references(written, frozenset(names))
            self.problems += unknown_dependencies(before, frozenset(resources))
        self.scope = TemplateScope(template, parameters, storage, self._nested_scope)
        if not (self.problems and sam.is_sam(template)):  # else it is not expanded
            self.problems += sam.refuse_unexpanded(template)
            self.problems += circular_references(template)
            self.problems += short_visibility_timeouts(self.scope)

    @property
    def template(self) -> Template:
        """The expanded template."""
        return self.scope.template

    @property
    def is_expanded(self) -> bool:
        """Whether the template has the resources that will exist, and not those of SAM."""
        return not sam.is_sam(self.template)

    def nested(self) -> Iterator[tuple[str, "StackTree"]]:
        """The trees of the nested stacks whose templates can be read, by logical id."""
        for name, resource in self.template.section("Resources").items():
            if resource["Type"] == NESTED_STACK and (tree := self._open(name)) is not None:
                yield name, tree

    def all_problems(self) -> Iterator[TemplateProblem]:
        """The problems of this template and of those of its nested stacks."""
        nested = list(self.nested())  # reading them finds problems of this one
        yield from self.problems
        for _, tree in nested:
            yield from tree.all_problems()

    def all_scopes(self) -> Iterator[TemplateScope]:
        """The scopes of this template and of those of its nested stacks."""
        yield self.scope
        for _, tree in self.nested():
            yield from tree.all_scopes()

    def _expanded(
        self, template: Template, parameters: Values, storage: TemplateScope | None
    ) -> Template:
        """The template with SAM's resources expanded, unless a name in it is unknown."""
        found = unknown_names(template, is_sam=sam.is_sam(template))
        if sam.is_sam(template) and not found:
            folder = self._code or template.path.parent
            template, found = sam.expanded(TemplateScope(template, parameters, storage), folder)
            check_form(template)
        self.problems += found
        if not sam.is_sam(template):
            self.problems += unknown_properties(template)
            scope = TemplateScope(template, parameters, storage)
            template = with_given_layers(scope, self._layers)
        return template

    def _nested_scope(self, name: str) -> TemplateScope | None:
        tree = self._open(name)
        return tree.scope if tree else None

    def _open(self, name: str) -> "StackTree | None":
        if name not in self._nested:
            self._nested[name] = None  # while it is read: it may refer to itself
            self._nested[name] = self._read(name)
        return self._nested[name]

    def _read(self, name: str) -> "StackTree | None":
        written = self.template.section("Resources").get(name)
        if written is None or written["Type"] != NESTED_STACK:
            return None
        stack = TemplateResource(self.scope, name)
        url = self.scope.value(stack.properties.get("TemplateURL"))
        if not isinstance(url, str) or "://" in url:
            expected, action = "a nested stack with a local template", "name its file"
            found = f"with {url or 'a value that the template does not determine'} as TemplateURL"
            self.problems.append(stack.problem(expected, found, action, ("TemplateURL",)))
            return None
        path = self.template.path.parent / url
        if path.resolve() in self._within:
            expected = "a nested stack with another template than those that contain it"
            self.problems.append(
                stack.problem(expected, f"with {url}", "correct it", ("TemplateURL",))
            )
            return None
        try:
            parameters = self._parameters(stack)
            tree = StackTree(
                path, parameters, within=self._within, code=self._code, layers=self._layers
            )
        except UsageError as error:
            problem = stack.problem(
                error.expected, f"with {error.found}", error.action, ("TemplateURL",)
            )
            self.problems.append(problem)
            return None
        self._check_filled(stack, tree)
        return tree

    def _parameters(self, stack: TemplateResource) -> Values:
        values: dict[str, str | ResourceReference] = {}
        for name, written in as_table(stack.properties.get("Parameters")).items():
            value = self.scope.value(written)
            elements = self.scope.elements(written)
            if value is None and elements is not None:
                texts = [self.scope.text(element) for element in elements]
                value = None if None in texts else ",".join(text or "" for text in texts)
            if value is not None:
                values[name] = value
        return values

    def _check_filled(self, stack: TemplateResource, tree: "StackTree") -> None:
        given = as_table(stack.properties.get("Parameters"))
        for name in tree.template.section("Parameters"):
            if name not in given and not tree.scope.is_filled(name):
                expected = f"a value for {name} of {tree.template.path}"
                action = "give it one, or a default"
                self.problems.append(stack.problem(expected, "without it", action, ("Parameters",)))
