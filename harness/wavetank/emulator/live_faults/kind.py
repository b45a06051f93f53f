"""What every fault that can be switched on has: words for people, and what it has to be told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wavetank.core.errors import UsageError
from wavetank.emulator.stack_index import DeployedStack

type RevertCallback = Callable[[], None]
"""Puts back what a fault changed; nothing is left to do where it is gone."""
type Given = Mapping[str, str]
"""What a fault is told, by the parameter's name."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """What a fault has to be told: one of `choices`, or a whole number from `least` to `most`."""

    name: str
    title: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    default: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is a number and no choice."""
        return self.most > self.least


class FaultSwitch(Protocol):
    """One switch."""

    @property
    def name(self) -> str:
        """Its name in routes."""
        ...

    @property
    def title(self) -> str:
        """Its name for people."""
        ...

    @property
    def does(self) -> str:
        """What it does, and what is to be seen of it, in a sentence or two."""
        ...

    def parameters(self, stacks: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        """What it has to be told, where these stacks are deployed."""
        ...

    def begin(self, given: Given) -> RevertCallback:
        """Makes the fault; returns what heals it.

        Raises:
            UsageError: it is there already, or what it is for is not.
        """
        ...


def ids_of(stacks: Iterable[DeployedStack], kind: str) -> tuple[str, ...]:
    """The names or ARNs of all deployed resources of the type."""
    return tuple(sorted(name for stack in stacks for name in stack.of(kind)))


def checked(parameters: Iterable[Parameter], told: Mapping[str, object]) -> dict[str, str]:
    """What was told, each as its parameter wants it; what was left out as its default.

    Raises:
        UsageError: something is not as it has to be, or is no parameter.
    """
    wanted = {parameter.name: parameter for parameter in parameters}
    unknown = sorted(told.keys() - wanted.keys())
    if unknown:
        raise UsageError(f"{' and '.join(wanted)} alone", ", ".join(unknown), "leave it out")
    return {name: _checked(wanted[name], told.get(name)) for name in wanted}


def _checked(parameter: Parameter, told: object) -> str:
    value = parameter.default if told is None else str(told)
    if parameter.is_number:
        try:
            fits = parameter.least <= int(value) <= parameter.most
        except ValueError:
            fits = False
        expected = f"a whole number from {parameter.least} to {parameter.most}"
    else:
        fits = value in parameter.choices
        expected = f"one of {', '.join(parameter.choices) or 'those that are deployed: none is'}"
    if not fits:
        raise UsageError(f"{parameter.name} to be {expected}", repr(value), "correct it")
    return value
