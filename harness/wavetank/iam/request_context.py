"""The known facts about a request, and three-valued logic for unknown ones.

A condition on an unknown key is neither true nor false, and only decides a statement if everything
else in the statement matches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unknown:
    """The truth value of a condition that depends on a key whose value is unknown."""

    key: str


type Verdict = bool | Unknown

type Context = Mapping[str, tuple[str, ...]]
"""The values of each condition key, by its name in lower case; empty if known to be absent."""


def as_context(*mappings: Mapping[str, tuple[str, ...]]) -> Context:
    """Merge contexts; later ones win, and keys are compared without regard to case.

    [IAM user guide, reference_policies_elements_condition]
    """
    return {key.lower(): values for mapping in mappings for key, values in mapping.items()}


def look_up(context: Context, key: str) -> tuple[str, ...] | Unknown:
    """The values of a key; empty if it is known to be absent from the request."""
    return context.get(key.lower(), Unknown(key))


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """False if any is false, even if another is unknown; stops at the first false one."""
    result: Verdict = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if result is True:
            result = verdict
    return result


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """True if any is true, even if another is unknown; stops at the first true one."""
    return negation(all_of(negation(verdict) for verdict in verdicts))


def negation(verdict: Verdict) -> Verdict:
    """The opposite; the opposite of unknown is unknown."""
    return verdict if isinstance(verdict, Unknown) else not verdict
