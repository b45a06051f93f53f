"""A policy's text: JSON, parsed strictly, and its size as AWS counts it."""

import json
from collections import Counter
from dataclasses import dataclass

TEXT_CHARACTERS_MAX = 131_072
"""The limit of IAM's API. [IAM API reference, PutRolePolicy, PolicyDocument]"""


class MalformedPolicyError(ValueError):
    """A policy that AWS rejects as malformed; the message is returned to the caller."""


class PolicyTooLargeError(MalformedPolicyError):
    """A policy that exceeds AWS's size limit, for which services have their own error."""


@dataclass(frozen=True)
class SizeLimit:
    """The maximum size of a policy; white space counts for S3, but not for IAM."""

    limit: int
    of_bytes: bool = False

    def check(self, text: str) -> None:
        """Check that AWS would store the policy.

        Raises:
            PolicyTooLargeError: it is too long.
        """
        size = len(text.encode(errors="surrogatepass") if self.of_bytes else "".join(text.split()))
        if size > self.limit:
            raise PolicyTooLargeError(
                f"Maximum policy size of {self.limit} bytes exceeded: {size}."
            )


BUCKET_POLICY = SizeLimit(20 * 1024, of_bytes=True)
"""[Amazon S3 user guide, add-bucket-policy]"""
ROLE_INLINE_POLICY = SizeLimit(10_240)
"""All inline policies of a role together, in characters. [IAM user guide, reference_iam-quotas]"""
MANAGED_POLICY = SizeLimit(6_144)
"""[IAM user guide, reference_iam-quotas]"""
TRUST_POLICY = SizeLimit(2_048)
"""The default quota of an account. [IAM user guide, reference_iam-quotas]"""


@dataclass(frozen=True)
class Number:
    """A JSON number as written, because policies compare text and need all digits."""

    text: str


type Json = bool | Number | str | list[Json] | dict[str, Json] | None


def read_object(text: str) -> dict[str, Json]:
    """Parse a JSON object.

    Raises:
        MalformedPolicyError: it is invalid, repeats an element, or is too long or too deep.
    """
    if len(text) > TEXT_CHARACTERS_MAX:
        raise MalformedPolicyError(f"Policy is longer than {TEXT_CHARACTERS_MAX} characters.")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise MalformedPolicyError(f"This policy contains invalid Json: {error}.") from error
    except RecursionError:
        raise MalformedPolicyError("This policy contains invalid Json: too deep.") from None
    return as_object(document, "The policy")


def as_object(value: Json, what: str) -> dict[str, Json]:
    """The value, which must be a JSON object; `what` begins the error message.

    Raises:
        MalformedPolicyError: it is something else.
    """
    if not isinstance(value, dict):
        raise MalformedPolicyError(f"Syntax errors in policy. {what} must be a JSON object.")
    return value


def as_list(value: Json) -> list[Json]:
    """The list, or the single value that AWS accepts instead of one."""
    return value if isinstance(value, list) else [value]


def as_strings(value: Json, what: str) -> tuple[str, ...]:
    """The string, or the strings of a list that must not be empty.

    Raises:
        MalformedPolicyError: it is something else, or empty.
    """
    texts = tuple(text for text in as_list(value) if isinstance(text, str))
    if not texts or len(texts) != len(as_list(value)):
        raise MalformedPolicyError(
            f"Syntax errors in policy. {what} must be a string or a list of strings."
        )
    return texts


def refuse_unknown(document: dict[str, Json], known: frozenset[str], what: str) -> None:
    """Check that every element of the object is known.

    Raises:
        MalformedPolicyError: one is not; AWS ignores none.
    """
    for name in document:
        if name not in known:
            raise MalformedPolicyError(f"Syntax errors in policy. {what} has unknown {name!r}.")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Build an object; no element may be repeated. [IAM user guide, reference_policies_grammar]."""
    found = dict(pairs)
    if len(found) != len(pairs):
        ((repeated, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise MalformedPolicyError(f"Syntax errors in policy. {repeated!r} is repeated.")
    return found


def _no_constant(name: str) -> Json:
    raise MalformedPolicyError(f"This policy contains invalid Json: {name} is not a number.")
