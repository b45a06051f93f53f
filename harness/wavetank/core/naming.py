"""Derives the name of every resource from first name and surname, by the assignment's convention.

`DE` + the first three letters of the first name + the first three of the surname, in capitals, then
the service. A name shorter than three letters is used whole. Letters with diacritics are replaced
by their Latin letter; spaces, hyphens, apostrophes and full stops are ignored. A name without a
Latin spelling is refused: guessing a transliteration could store a user's data under a wrong name.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from wavetank.core.errors import UsageError

PROBE_SESSION = "wavetank-access-probe"
"""The session in which a probe assumes a role: its calls do not count as uses of the role."""
STEM_LETTERS = 3
DEFAULT_NAME = "Dora Explorer"
"""The example of the assignment."""
DEFAULT_ADDRESS = "alerts@example.com"
"""An address in a reserved domain, so that no alert reaches a real mailbox."""
DEFAULT_PREFIX = "DE"
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]{0,11}")
IGNORED = frozenset(" -'\u2019\u02bc.`\u00b4\u2010\u2011")
LATIN = {
    "Æ": "AE",
    "æ": "ae",
    "Œ": "OE",
    "œ": "oe",
    "Ø": "O",
    "ø": "o",
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "Ð": "D",
    "ð": "d",
    "Þ": "TH",
    "þ": "th",
    "ß": "ss",
    "ẞ": "SS",
    "\u0131": "i",
    "ĸ": "k",
    "Ŋ": "N",
    "ŋ": "n",
    "Ŧ": "T",
    "ŧ": "t",
    "Ħ": "H",
    "ħ": "h",
}
"""Latin letters that Unicode does not decompose into a plain one and a mark."""


class StreamNameCase(StrEnum):
    """The spelling of the delivery stream; Firehose is case-sensitive, so the two differ.

    The assignment's text says `dedorexp-deliverystream`, its script `DEDOREXP-deliverystream`. The
    text is the default: it is what a reviewer reads.
    """

    LOWER = "lower"
    UPPER = "upper"


DEFAULT_STREAM_CASE = StreamNameCase.LOWER
RECORD_FORMATS = ("ndjson", "original")
"""JSON lines, which is the default, and the text format of the assignment's script."""


@dataclass(frozen=True)
class NameLimit:
    """AWS's limits for the name of one kind of resource: length and characters."""

    kind: str
    shortest: int
    longest: int
    alphabet: str

    def check(self, name: str) -> None:
        """Raise a UsageError if AWS would refuse the name."""
        if len(name) > self.longest:
            raise UsageError(
                f"a {self.kind} name of at most {self.longest} characters",
                f"{name}, {len(name) - self.longest} too long",
                "shorten the first name or the surname",
            )
        if len(name) < self.shortest or not re.fullmatch(self.alphabet, name):
            raise UsageError(
                f"a {self.kind} name of {self.shortest} or more of {self.alphabet}",
                repr(name),
                "choose another --prefix or spelling",
            )


RULE = NameLimit("rule", 1, 64, r"[.\-_A-Za-z0-9]+")
FUNCTION = NameLimit("function", 1, 64, r"[a-zA-Z0-9\-_]+")
DELIVERY_STREAM = NameLimit("delivery stream", 1, 64, r"[a-zA-Z0-9._\-]+")
BUCKET = NameLimit("bucket", 3, 63, r"[a-z0-9][a-z0-9.\-]*[a-z0-9]")
TABLE = NameLimit("table", 3, 255, r"[a-zA-Z0-9_.\-]+")
TOPIC = NameLimit("topic", 1, 256, r"[A-Za-z0-9_\-]+")
ROLE = NameLimit("role", 1, 64, r"[\w+=,.@\-]+")
STACK = NameLimit("stack", 1, 128, r"[a-zA-Z][-a-zA-Z0-9]*")
ARTIFACTS_ENDING = "-artifacts-s3"
BUCKET_START_REFUSED = "sthree-"
"""[Amazon S3 user guide, bucketnamingrules]; its other rules cannot be broken here."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of all resources of one person's ticker pipeline."""

    full_name: str
    stem: str
    bucket: str
    artifact_bucket: str
    delivery_stream: str

    @property
    def streaming_function(self) -> str:
        return f"{self.stem}-streaming-lambda"

    @property
    def notification_function(self) -> str:
        return f"{self.stem}-notification-lambda"

    @property
    def table(self) -> str:
        return f"{self.stem}-streaming-dynamodb"

    @property
    def topic(self) -> str:
        return f"{self.stem}-streaming-sns-topic"

    @property
    def rule(self) -> str:
        """The assignment names no rule, role or stack; these follow its convention."""
        return f"{self.stem}-streaming-rule"

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the two functions and of the delivery stream."""
        functions = (self.streaming_function, self.notification_function)
        return (*(f"{name}-role" for name in functions), f"{self.stem}-deliverystream-role")

    @property
    def storage_stack(self) -> str:
        return f"{self.stem}-storage"

    @property
    def pipeline_stack(self) -> str:
        return f"{self.stem}-pipeline"


def derive_names(
    first_name: str,
    surname: str,
    *,
    prefix: str = DEFAULT_PREFIX,
    stream_name_case: StreamNameCase = DEFAULT_STREAM_CASE,
) -> Names:
    """The names of one person's pipeline, each checked against AWS's limits.

    Raises:
        UsageError: a name is empty or has no Latin spelling, or AWS would refuse a resource's name.
    """
    if not PREFIX.fullmatch(prefix):
        raise UsageError(
            "a prefix of 1 to 12 letters or digits, such as DE", repr(prefix), "correct --prefix"
        )
    first, last = _letters("first name", first_name), _letters("surname", surname)
    stem = f"{prefix}{first[:STEM_LETTERS]}{last[:STEM_LETTERS]}".upper()
    whole = f"{prefix}{first}{last}".lower()
    stream = f"{stem}-deliverystream"
    names = Names(
        full_name=" ".join(f"{first_name} {surname}".split()),
        stem=stem,
        bucket=f"{whole}-deliverystream-s3",
        artifact_bucket=f"{whole}{ARTIFACTS_ENDING}",
        delivery_stream=(
            stream if stream_name_case is StreamNameCase.UPPER else f"{stem.lower()}-deliverystream"
        ),
    )
    check_limits(names)
    return names


def split_full_name(full_name: str) -> tuple[str, str]:
    """First name and surname of `Jan van der Merwe`: the first word, and the rest.

    Raises:
        UsageError: it has only one word.
    """
    first, _, rest = " ".join(full_name.split()).partition(" ")
    if not rest:
        raise UsageError(
            "a first name and a surname, such as 'Dora Explorer'", repr(full_name), "correct --name"
        )
    return first, rest


def person_of(name: str, surname: str | None) -> tuple[str, str]:
    """First name and surname; `name` is the full name if no surname is given.

    Raises:
        UsageError: the surname is missing.
    """
    return (name, surname) if surname else split_full_name(name)


def _letters(part: str, name: str) -> str:
    """The letters and digits that count, in ASCII."""
    letters = "".join(_folded(part, name, character) for character in name)
    if not letters:
        raise UsageError(f"a {part} with at least one letter", repr(name), "correct the name")
    return letters


def _folded(part: str, name: str, character: str) -> str:
    if character in IGNORED:
        return ""
    mapped = LATIN.get(character, character)
    plain = unicodedata.normalize("NFKD", mapped)
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in IGNORED)
    if plain.isascii() and (plain.isalnum() or not plain):
        return plain
    raise UsageError(
        f"a {part} in Latin letters",
        f"{character!r} in {name!r}",
        "give the spelling that your passport has in Latin letters",
    )


def check_limits(names: Names) -> None:
    """Check that AWS accepts each of the names.

    Raises:
        UsageError: it would refuse one.
    """
    if names.bucket.startswith(BUCKET_START_REFUSED):
        raise UsageError(
            f"a bucket name that does not start with {BUCKET_START_REFUSED}, which S3 reserves",
            names.bucket,
            "choose another --prefix",
        )
    checked = [
        (BUCKET, (names.bucket, names.artifact_bucket)),
        (FUNCTION, (names.streaming_function, names.notification_function)),
        (TABLE, (names.table,)),
        (TOPIC, (names.topic,)),
        (DELIVERY_STREAM, (names.delivery_stream,)),
        (RULE, (names.rule,)),
        (ROLE, names.roles),
        (STACK, (names.storage_stack, names.pipeline_stack)),
    ]
    for limit, resources in checked:
        for resource in resources:
            limit.check(resource)
