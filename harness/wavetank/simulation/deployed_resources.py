"""Finds what a test or a workload names among what is deployed: by logical id, id or name."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of
from wavetank.inspection.stack_resources import StackResource


@dataclass(frozen=True, kw_only=True)
class Candidate[Found]:
    """Something deployed that may be named, and `found`, which the caller needs of it.

    No two have one `id`, but several may have one `name`. A template's resource stands for it if
    its physical id is the candidate's id or one of `physical_ids`.
    """

    id: str
    name: str
    found: Found
    physical_ids: tuple[str, ...] = ()

    def is_resource(self, resource: StackResource) -> bool:
        """Whether the resource of a template stands for it."""
        return bool({resource.physical_id, resource.name} & {self.id, *self.physical_ids})


class DeployedResources:
    """Finds what is named by the resources of all stacks, which `read` lists once, when needed."""

    def __init__(self, read: Callable[[], Iterable[StackResource]]) -> None:
        self._read = read

    @cached_property
    def in_stacks(self) -> tuple[StackResource, ...]:
        """The resources of all stacks."""
        return tuple(self._read())

    def find[Found](
        self, name: str, candidates: Sequence[Candidate[Found]], expected: str
    ) -> Candidate[Found]:
        """The candidate of that id or logical id, or else the only one of that name.

        `expected` says in an error what was looked for, such as "an API".

        Raises:
            UsageError: there is none, or several have the name.
        """
        for found in self._matches(name, candidates):
            if len(found) == 1:
                return found[0]
            if found:
                ids = ", ".join(sorted(each.id for each in found))
                action = f"name it by its logical id, or by its id: {ids}"
                raise UsageError(expected, f"{len(found)} that are named {name}", action)
        raise self._not_found(name, candidates, expected)

    def label[Found](self, candidate: Candidate[Found]) -> str:
        """Its logical id, or its name if no template has it."""
        found = (each.logical_id for each in self.in_stacks if candidate.is_resource(each))
        return next(found, candidate.name)

    def labels[Found](self, candidates: Sequence[Candidate[Found]]) -> str:
        """Those of all candidates."""
        return ", ".join(sorted(map(self.label, candidates))) or "none"

    def _matches[Found](
        self, name: str, candidates: Sequence[Candidate[Found]]
    ) -> Iterator[list[Candidate[Found]]]:
        yield [each for each in candidates if each.id == name]
        named = [each for each in self.in_stacks if each.logical_id == name]
        yield [each for each in candidates if any(map(each.is_resource, named))]
        yield [each for each in candidates if name in {each.name, *each.physical_ids}]

    def _not_found[Found](
        self, name: str, candidates: Sequence[Candidate[Found]], expected: str
    ) -> UsageError:
        kind = next((each.kind for each in self.in_stacks if each.logical_id == name), None)
        if kind is not None:
            there = self.labels(candidates)
            found = f"{name}, which is {kind}"
            return UsageError(expected, found, f"choose another; there are: {there}")
        if not candidates:
            return UsageError(expected, f"{name}, and none is deployed", "add it to the template")
        return UsageError(*one_of(f"{expected}: one of", name, map(self.label, candidates)))
