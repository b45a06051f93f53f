"""Parts of errors: the allowed values, the one that was probably meant, and the found value."""

import reprlib
from collections.abc import Iterable
from difflib import get_close_matches

FOUND_CHARACTERS_MAX = 80


def one_of(expected: str, found: str, allowed: Iterable[str]) -> tuple[str, str, str]:
    """The three parts of the error, with the closest allowed word."""
    words = sorted(allowed)
    action = did_you_mean(found, words) or "choose one of them"
    return f"{expected} {', '.join(words)}", shown(found), action


def nearest(found: str, allowed: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The allowed word that is most like it, in any case and with or without underscores.

    None if none is at least as similar as the `cutoff`; 1 is equal. [difflib: get_close_matches]
    """
    words = {_plain(word): word for word in sorted(allowed)}
    near = get_close_matches(_plain(found), words, n=1, cutoff=cutoff)
    return words[near[0]] if near else None


def did_you_mean(found: str, allowed: Iterable[str]) -> str | None:
    """`did you mean X?`, with the nearest of the allowed words; None if none is near."""
    near = nearest(found, allowed)
    return f"did you mean {near}?" if near else None


def nearest_of(found: str, allowed: Iterable[str], otherwise: str) -> tuple[str, str]:
    """The last two parts of the error for a word of a set too long to list.

    They are what was found, and the closest word, or else `otherwise`.
    """
    return shown(found), did_you_mean(found, allowed) or otherwise


def _plain(word: str) -> str:
    return word.lower().replace("_", "")


def shown(value: object) -> str:
    """Any value in one short line."""
    shortener = reprlib.Repr(maxstring=FOUND_CHARACTERS_MAX, maxother=FOUND_CHARACTERS_MAX)
    try:
        return shortener.repr(value)
    except ValueError:
        return "a number too long to show"
