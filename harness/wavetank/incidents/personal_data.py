"""What is recognised as personal data: values by their form, and values by the name of their key.

A name in free text has no form: it is not recognised.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address
from itertools import pairwise

from wavetank.core.settings import SANDBOX_ACCOUNT


class DataKind(StrEnum):
    """The kinds of data, as they are counted."""

    EMAIL = "e-mail address"
    ACCESS_KEY = "access key"
    SECRET = "secret"  # noqa: S105 - is a name of the kind
    IP = "IP address"
    PHONE = "phone number"
    ACCOUNT = "account number"
    PERSONAL = "value of a personal key"


FORMS = re.compile(
    r"""
    (?P<EMAIL>(?<![\w.+-])[\w.+-]++(?:@|%40)[\w-]+(?:\.[\w-]+)+)
    | (?P<ACCESS_KEY>(?<![A-Za-z0-9])A(?:KIA|SIA|IDA|ROA)[A-Z0-9]{16}(?![A-Za-z0-9]))
    | (?P<SECRET>eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*
        | (?<![\w/+=])(?=[\w/+]*[A-Z])(?=[\w/+]*[a-z])(?=[\w/+]*[0-9])[A-Za-z0-9/+]{40}(?![\w/+=]))
    | (?P<IP>(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\d)
        | (?<![\w:.])[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{3,}(?![\w:.]))
    | (?P<PHONE>(?<![\w+])\+\d[\d\ ()./-]{6,18}\d(?!\w)
        | (?<![\w.(-])(?:\(\d{3}\)\ |\d{3}-)\d{3}-\d{4}(?![\w-])
        | (?<![\w.(-])0\d{2,4}[\ /-]\d{5,8}(?![\w.-]))
    | (?P<ACCOUNT>(?<![\w.])(?<![0-9A-Fa-f]{4}-)\d{12}(?!\w|\.\d))
    """,
    re.VERBOSE,
)
"""Secrets are JSON Web Tokens, and 40 characters such as AWS's secret access keys."""
DATE = re.compile(r"\d{4}-\d\d-\d\d(T.*)?", re.DOTALL)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
OF_NO_ONE = ("127.", "0.0.0.0", "255.255.255.255", SANDBOX_ACCOUNT)  # noqa: S104 - is kept
PERSONAL_WORDS = frozenset(
    {
        *("address", "authorization", "birth", "birthdate", "birthday", "cookie", "credential"),
        *("credentials", "dob", "email", "fax", "firstname", "forename", "fullname", "iban"),
        *("ip", "lastname", "login", "mail", "mobile", "nickname", "passport", "passwd"),
        *("password", "phone", "postcode", "secret", "ssn", "street", "surname", "tel"),
        *("telephone", "token", "username", "zipcode"),
    }
)
"""A key with one of these words has a personal value: `billingAddress`, `phone_number`."""
OF_PERSONS = frozenset(
    {
        *("account", "billing", "buyer", "card", "cardholder", "client", "contact", "customer"),
        *("display", "driver", "employee", "family", "first", "full", "given", "guest", "holder"),
        *("last", "legal", "maiden", "member", "middle", "nick", "owner", "patient", "person"),
        *("recipient", "seller", "sender", "shipping", "student", "user"),
    }
)
"""Before `name`, as in `customerName`; `fileName` is no one's."""
ALONE = (["name"], ["zip"])
"""The words of a key that is personal if it has no other: `zipFile` is no one's."""
PERSONAL_PAIRS = frozenset(
    {("access", "key"), ("api", "key"), ("private", "key"), ("card", "number"), ("zip", "code")}
)
OF_THINGS = frozenset(
    {"bucket", "event", "file", "function", "metric", "queue", "rule", "stream", "table", "topic"}
)
"""Keys whose `name` is no one's, as that of the bucket in an event of S3."""


def kind_of(found: re.Match[str]) -> DataKind | None:
    """The kind of a match of `FORMS`; None if it is no one's, such as 127.0.0.1."""
    kind = DataKind[found.lastgroup or ""]
    if found[0].startswith(OF_NO_ONE):
        return None
    if kind is DataKind.IP and ":" in found[0] and not _is_address(found[0]):
        return None
    return kind


def _is_address(text: str) -> bool:
    """Whether it is an IPv6 address; a time such as 10:30:45 is none."""
    try:
        return not IPv6Address(text).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class PersonalKeys:
    """Which keys have personal values: those of the lists above, `more`, and none of `fewer`."""

    more: frozenset[str] = frozenset()
    fewer: frozenset[str] = frozenset()

    def has(self, key: str, parent: str = "") -> bool:
        """Whether values under the key are personal; `parent` is the key that it is under."""
        if key in self.more or key in self.fewer:
            return key in self.more
        words = [word.lower() for word in WORD.findall(key)]
        if words in ALONE:
            return parent.lower() not in OF_THINGS
        pairs = set(pairwise(words))
        named = any(one in OF_PERSONS and other == "name" for one, other in pairs)
        return named or bool(PERSONAL_WORDS.intersection(words) or PERSONAL_PAIRS & pairs)

    def among(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that have personal values."""
        return [key for key in keys if self.has(key)]
