"""The keys of delivered objects: prefixes with expressions, and the name that Firehose appends.

[Amazon Data Firehose developer guide, s3-object-name, s3-prefixes,
dynamic-partitioning-s3bucketprefix]
"""

import hashlib
import re
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from wavetank.emulator.firehose.time_pattern import PatternError, evaluate_time

DEFAULT_TIME = "yyyy/MM/dd/HH/"
"""Appended to a prefix that has no timestamp expression."""
EVALUATED_CHARACTERS_MAX = 512
RANDOM_CHARACTERS = 11
ALPHABET = string.ascii_letters + string.digits
EXPRESSION = re.compile(r"!\{([^{}:]*):([^{}]*)\}")
ERROR_TYPE = "firehose", "error-output-type"


class KeySource(StrEnum):
    """The source of a partition key: a jq query, or a Lambda function.

    The values are the namespaces of expressions in a prefix.
    """

    QUERY = "partitionKeyFromQuery"
    LAMBDA = "partitionKeyFromLambda"


type PartitionKeys = tuple[tuple[KeySource, str, str], ...]
"""Each key of a partition: its source, its name and its value."""


class PrefixError(ValueError):
    """A prefix that Firehose refuses; the message is returned to the caller."""


@dataclass(frozen=True, kw_only=True)
class ObjectNames:
    """Generates the keys of one delivery stream's objects; times are in the stream's time zone.

    `error_type` is set for objects with records that could not be delivered as configured, such as
    `processing-failed`; `prefix` is then the ErrorOutputPrefix.
    """

    stream: str
    prefix: str = ""
    extension: str = ""
    error_type: str = ""
    keys: PartitionKeys = ()
    new_id: Callable[[], object] = field(default=uuid.uuid4)

    def key(self, version: int, oldest: datetime) -> str:
        """A new key for an object whose oldest record arrived at `oldest`."""
        time = evaluate_time("yyyy-MM-dd-HH-mm-ss", oldest)
        name = f"{self.stream}-{version}-{time}-{self.new_id()}{self.extension}"
        prefix = evaluate_prefix(
            self._prefix(), oldest, self.keys, self.error_type, new_id=self.new_id
        )
        return prefix + name

    def _prefix(self) -> str:
        """An error prefix without expressions is followed by the type of the error, as a folder."""
        if self.error_type and not _expressions(self.prefix):
            return f"{self.prefix}{self.error_type}/"
        return self.prefix


def check_prefixes(prefix: str, error_prefix: str, *, is_partitioned: bool = False) -> None:
    """Raises an error if Firehose would refuse the two prefixes.

    Raises:
        PrefixError: it would.
    """
    for text, is_error in ((prefix, False), (error_prefix, True)):
        for namespace, value in _expressions(text):
            _check_expression(namespace, value, is_error, is_partitioned)
    if _expressions(prefix) and not error_prefix:
        raise PrefixError("ErrorOutputPrefix cannot be null when Prefix contains expressions.")
    if _expressions(error_prefix) and ERROR_TYPE not in _expressions(error_prefix):
        raise PrefixError(
            "ErrorOutputPrefix with expressions must include !{firehose:error-output-type}."
        )


def partition_keys(prefix: str) -> list[tuple[KeySource, str]]:
    """The source and the name of each partition key in the prefix, without repetitions."""
    found = [
        (KeySource(namespace), value)
        for namespace, value in _expressions(prefix)
        if namespace in list(KeySource)
    ]
    return list(dict.fromkeys(found))


def evaluate_prefix(
    prefix: str,
    oldest: datetime,
    keys: PartitionKeys = (),
    error_type: str = "",
    *,
    new_id: Callable[[], object] = uuid.uuid4,
) -> str:
    """The prefix for an object whose oldest record arrived at `oldest`.

    Each random string is derived from a new id.

    The default time is appended to a Prefix without a timestamp or a partition key, and to an error
    prefix (`error_type` is set) without any expression. Of partition keys AWS's documents say both:
    that the time is appended (s3-prefixes), and that the evaluated prefix is all
    (dynamic-partitioning-s3bucketprefix).

    Raises:
        PrefixError: the prefix is invalid, or longer than 512 characters once evaluated.
    """
    namespaces = {namespace for namespace, _ in _expressions(prefix)}
    is_timed = not namespaces.isdisjoint({"timestamp", *KeySource})
    if not is_timed and not (error_type and namespaces):
        prefix = f"{prefix}!{{timestamp:{DEFAULT_TIME}}}"
    values = _values(oldest, keys, error_type, new_id)
    evaluated = EXPRESSION.sub(lambda found: values[found[1]](found[2]), prefix)
    if len(evaluated) > EVALUATED_CHARACTERS_MAX:
        raise PrefixError(
            f"Prefix is longer than {EVALUATED_CHARACTERS_MAX} characters: {len(evaluated)}."
        )
    return evaluated


def _values(
    oldest: datetime, keys: PartitionKeys, error_type: str, new_id: Callable[[], object]
) -> Mapping[str, Callable[[str], str]]:
    """How each namespace is evaluated."""
    partition = {(source, name): value for source, name, value in keys}
    return {
        "timestamp": lambda pattern: evaluate_time(pattern, oldest),
        "firehose": lambda name: error_type if name == ERROR_TYPE[1] else _random(new_id()),
        KeySource.QUERY: lambda name: partition[KeySource.QUERY, name],
        KeySource.LAMBDA: lambda name: partition[KeySource.LAMBDA, name],
    }


def _expressions(text: str) -> list[tuple[str, str]]:
    """Each `!{namespace:value}` of the text, in order.

    Raises:
        PrefixError: `!{` begins something else.
    """
    found = EXPRESSION.findall(text)
    if text.count("!{") != len(found):
        raise PrefixError(f"Invalid prefix: {text!r} has !{{ outside of !{{namespace:value}}.")
    return found


def _check_expression(
    namespace: str,
    value: str,
    is_error: bool,  # noqa: FBT001 - internal, and both are given by the one caller
    is_partitioned: bool,  # noqa: FBT001 - as above
) -> None:
    match namespace, value:
        case "timestamp", _:
            _check_pattern(value)
        case "firehose", "random-string":
            pass
        case "firehose", "error-output-type":
            if not is_error:
                raise PrefixError("Prefix cannot contain !{firehose:error-output-type}.")
        case KeySource.QUERY | KeySource.LAMBDA, _ if value and not is_error:
            if not is_partitioned:
                raise PrefixError(
                    "Dynamic Partitioning Namespaces can only be part of a prefix expression "
                    "when Dynamic Partitioning is enabled."
                )
        case _:
            raise PrefixError(
                f"Invalid prefix expression !{{{namespace}:{value}}}: not timestamp or firehose."
            )


def _check_pattern(pattern: str) -> None:
    try:
        evaluate_time(pattern, datetime.min.replace(tzinfo=UTC))
    except PatternError as error:
        raise PrefixError(f"Invalid timestamp pattern: {error}") from error


def _random(new_id: object) -> str:
    """Letters and digits from the id, so that the seed of a run decides about them."""
    number = int.from_bytes(hashlib.sha256(str(new_id).encode()).digest())
    characters = []
    for _ in range(RANDOM_CHARACTERS):
        number, index = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[index])
    return "".join(characters)
