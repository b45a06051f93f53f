"""Parts of errors: the allowed values, the one that was probably meant, and the found value."""

import reprlib
from collections.abc import Iterable
from difflib import get_close_matches

FOUND_CHARACTERS_MAX = 80


def one_of(expected: str, found: str, allowed: Iterable[str]) -> tuple[str, str, str]:
    """The three parts of the error, with the closest allowed word."""
    words = sorted(allowed)
    near = get_close_matches(found, words, n=1)
    action = f"did you mean {near[0]}?" if near else "choose one of them"
    return f"{expected} {', '.join(words)}", shown(found), action


def nearest_of(found: str, allowed: Iterable[str], otherwise: str) -> tuple[str, str]:
    """The last two parts of the error for a word of a set too long to list, in any case.

    They are what was found, and the closest word, or else `otherwise`.
    """
    words = {word.lower().replace("_", ""): word for word in allowed}
    near = get_close_matches(found.lower().replace("_", ""), words, n=1)
    return shown(found), f"did you mean {words[near[0]]}?" if near else otherwise


def shown(value: object) -> str:
    """Any value in one short line."""
    shortener = reprlib.Repr(maxstring=FOUND_CHARACTERS_MAX, maxother=FOUND_CHARACTERS_MAX)
    try:
        return shortener.repr(value)
    except ValueError:
        return "a number too long to show"
