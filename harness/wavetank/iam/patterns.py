"""The strings of a policy: wildcards, and variables that are replaced by values of the request.

[IAM user guide, reference_policies_variables, reference_policies_elements_resource]
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from wavetank.iam.policy_document import MalformedPolicyError
from wavetank.iam.request_context import Context, Unknown, Verdict, all_of, look_up

VARIABLE = re.compile(r"\$\{([^{}]*)\}")
WILDCARD = re.compile(r"([*?])")
SPECIAL_CHARACTERS = frozenset({"*", "?", "$"})
"""`${*}` is a literal asterisk, not a wildcard."""
ARN_PARTS = 6


class Wildcard(Enum):
    """A wildcard in a policy string: `*` for any number of characters, `?` for one."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True)
class Variable:
    """A policy variable, such as `aws:username`, that is replaced by the key's value."""

    key: str
    default: str | None

    def value(self, context: Context) -> str | Unknown | None:
        """The key's value, else the default; None if there is neither.

        A key with several values cannot be inserted into a string, and counts as having none.
        """
        match look_up(context, self.key):
            case Unknown() as unknown:
                return unknown
            case (value,):
                return value
            case _:
                return self.default

    def has_value(self, context: Context) -> Verdict:
        """Whether there is a value to insert: if not, AWS ignores the statement."""
        value = self.value(context)
        return value if isinstance(value, Unknown) else value is not None


type Token = str | Wildcard | Variable


@dataclass(frozen=True)
class Pattern:
    """A string of a policy, split into text, wildcards and variables."""

    tokens: tuple[Token, ...]
    ignores_case: bool = False

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(token for token in self.tokens if isinstance(token, Variable))

    def matches(self, text: str, context: Context) -> Verdict:
        """Whether the pattern matches the whole text.

        Values of variables are literal, even if they contain wildcards. A variable without a value
        matches nothing.
        """
        if self._compiled is not None:
            return self._compiled.fullmatch(text) is not None
        filled = all_of(variable.has_value(context) for variable in self.variables)
        if filled is not True:
            return filled
        return self._compile(context).fullmatch(text) is not None

    @cached_property
    def _compiled(self) -> re.Pattern[str] | None:
        """The compiled pattern if it has no variables, and so is the same for every request."""
        return None if self.variables else self._compile({})

    def _compile(self, context: Context) -> re.Pattern[str]:
        expression = _expression(list(_segments(self.tokens, context)))
        flags = re.DOTALL | (re.IGNORECASE if self.ignores_case else re.NOFLAG)
        return re.compile(expression, flags)

    def arn_parts(self) -> tuple["Pattern", ...]:
        """The patterns between the first five colons; colons in a variable do not count."""
        parts: list[list[Token]] = [[]]
        for token in self.tokens:
            if isinstance(token, str):
                first, *others = token.split(":", ARN_PARTS - len(parts))
                parts[-1].append(first)
                parts.extend([other] for other in others)
            else:
                parts[-1].append(token)
        return tuple(Pattern(tuple(part), self.ignores_case) for part in parts)


def read_pattern(
    text: str, *, variables: bool, wildcards: bool = True, ignores_case: bool = False
) -> Pattern:
    """Parse a pattern; what is not switched on is read as literal characters.

    Raises:
        MalformedPolicyError: a variable is not `${key}` or `${key, 'default'}`.
    """
    tokens: list[Token] = []
    for number, part in enumerate(VARIABLE.split(text) if variables else [text]):
        if number % 2:
            tokens.append(_variable(part))
        elif wildcards:
            tokens.extend(_plain(part))
        elif part:
            tokens.append(part)
    return Pattern(tuple(tokens), ignores_case)


def _variable(text: str) -> str | Variable:
    if text in SPECIAL_CHARACTERS:
        return text
    key, comma, quoted = (part.strip() for part in text.partition(","))
    default = quoted[1:-1] if comma else None
    if not key or (default is not None and quoted != f"'{default}'"):
        raise MalformedPolicyError(f"Syntax errors in policy. Invalid variable: ${{{text}}}.")
    return Variable(key, default)


def _plain(text: str) -> Iterator[Token]:
    for part in filter(None, WILDCARD.split(text)):
        yield Wildcard(part) if WILDCARD.fullmatch(part) else part


def _segments(tokens: Iterable[Token], context: Context) -> Iterator[str]:
    """The regular expressions between the asterisks: each matches a fixed length."""
    segment: list[str] = []
    for token in tokens:
        match token:
            case Wildcard.ANY:
                yield "".join(segment)
                segment = []
            case Wildcard.ONE:
                segment.append(".")
            case Variable():
                segment.append(re.escape(str(token.value(context))))
            case str():
                segment.append(re.escape(token))
    yield "".join(segment)


def _expression(segments: list[str]) -> str:
    """The regular expression of the segments with anything between them.

    Each segment matches where it first occurs, and for good (an atomic group): a later match would
    leave less to the segments after it. So there is no backtracking, and a malicious pattern cannot
    take longer than its length times that of the text.
    """
    first, *others = segments
    if not others:
        return first
    *between, last = others
    return first + "".join(f"(?>.*?{segment})" for segment in between if segment) + ".*" + last
