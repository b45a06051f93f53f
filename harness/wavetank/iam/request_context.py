"""What is known of a request, and what follows where something is not.

Answers have three values. A condition on a key that nobody here knows is neither true nor false,
and a statement hangs on it only where all else of the statement matches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unknown:
    """Neither yes nor no: it depends on a condition key whose value is not known here."""

    key: str


type Verdict = bool | Unknown

type Context = Mapping[str, tuple[str, ...]]
"""The values of each condition key, by its name in lower case; none where it is known absent."""


def as_context(*mappings: Mapping[str, tuple[str, ...]]) -> Context:
    """One context of several, the later winning; keys compare without regard to case.

    [IAM user guide, reference_policies_elements_condition]
    """
    return {key.lower(): values for mapping in mappings for key, values in mapping.items()}


def look_up(context: Context, key: str) -> tuple[str, ...] | Unknown:
    """The values of a key, none where it is known to be absent from the request."""
    return context.get(key.lower(), Unknown(key))


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """False where one is, whatever is unknown; asks no further than the first that is."""
    result: Verdict = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if result is True:
            result = verdict
    return result


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """True where one is, whatever is unknown; asks no further than the first that is."""
    return negation(all_of(negation(verdict) for verdict in verdicts))


def negation(verdict: Verdict) -> Verdict:
    """The opposite; of what is unknown, the opposite is as unknown."""
    return verdict if isinstance(verdict, Unknown) else not verdict
