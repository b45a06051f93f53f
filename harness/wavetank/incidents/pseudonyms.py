"""Replaces a value by a pseudonym of the same form, drawn from the value's keyed hash.

Without the key a pseudonym tells no one the value, not even by trying all telephone numbers. With
one key equal values have equal pseudonyms, and different values different ones as far as the form
has room for them.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from wavetank.incidents.personal_data import DATE, DataKind

TRIES_MAX = 100
"""How many pseudonyms are drawn for one value; a form of a single letter has 25."""
BLOCK = 64
"""Letters whose code points differ in the last six bits are taken for letters of one script."""
UNASSIGNED_COUNTRY = "999"
"""A calling code that no country has. [ITU-T E.164, list of assigned country codes]"""
EMAIL_DOMAIN = "example.com"
PRIVATE_NETWORK, DOCUMENTATION_NETWORK = b"\x0a", b"\x20\x01\x0d\xb8"
"""10.0.0.0/8 [RFC 1918] and 2001:db8::/32 [RFC 3849]."""
KEY_PREFIX = "L"
"""How LocalStack's access keys begin; AWS's begin with A."""


class Pseudonyms:
    """The pseudonyms of one import; `key` should be random, and secret."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._given: dict[tuple[DataKind, str], str] = {}
        self._used: set[tuple[DataKind, str]] = set()

    def of(self, kind: DataKind, value: str) -> str:
        """The pseudonym of the value."""
        if (kind, value) not in self._given:
            pseudonym = self._new(kind, value)
            self._given[kind, value] = pseudonym
            self._used.add((kind, pseudonym))
        return self._given[kind, value]

    def _new(self, kind: DataKind, value: str) -> str:
        pseudonym = value
        for attempt in range(TRIES_MAX):
            pseudonym = _formed(kind, value, self._draws(kind, value, attempt))
            if pseudonym != value and (kind, pseudonym) not in self._used:
                break
        return pseudonym

    def _draws(self, kind: DataKind, value: str, attempt: int) -> Iterator[int]:
        """Bytes as they are needed; as many as the value has, and those of an address."""
        message = f"{kind}\0{attempt}\0{value}".encode(errors="surrogatepass")
        seed = hmac.digest(self._key, message, "sha256")
        return iter(hashlib.shake_256(seed).digest(len(value) + 16))


def _formed(kind: DataKind, value: str, draws: Iterator[int]) -> str:
    match kind:
        case DataKind.EMAIL:
            local, at, _ = _split_address(value)
            return f"{_shaped(local, draws)}{at}{EMAIL_DOMAIN}"
        case DataKind.IP:
            return str(_address(draws, is_long=":" in value))
        case DataKind.ACCESS_KEY:
            return f"{KEY_PREFIX}{value[1:4]}{_shaped(value[4:], draws)}"
        case DataKind.PHONE if value.startswith("+"):
            return _with_digits(_shaped(value, draws), UNASSIGNED_COUNTRY)
        case _ if DATE.fullmatch(value):
            year, month, day = (next(draws) for _ in range(3))
            return f"{1940 + year % 70}-{1 + month % 12:02}-{1 + day % 28:02}{value[10:]}"
    return _shaped(value, draws)


def _split_address(address: str) -> tuple[str, str, str]:
    """An e-mail address at its sign, which is percent-encoded in a URL."""
    return address.partition("@") if "@" in address else address.partition("%40")


def _address(draws: Iterator[int], *, is_long: bool) -> IPv4Address | IPv6Address:
    if is_long:
        return IPv6Address(DOCUMENTATION_NETWORK + _taken(draws, 12))
    return IPv4Address(PRIVATE_NETWORK + _taken(draws, 3))


def _taken(draws: Iterator[int], count: int) -> bytes:
    return bytes(next(draws) for _ in range(count))


def _with_digits(text: str, digits: str) -> str:
    """The text with these digits in the place of its first ones."""
    remaining = iter(digits)
    return "".join(next(remaining, each) if each.isdecimal() else each for each in text)


def _shaped(value: str, draws: Iterator[int]) -> str:
    """Digits for digits, letters for letters of the same case and script; all else as it is.

    So a value that is too long, has an apostrophe or is not ASCII is still so. A first zero stays
    one, since numbers have none.
    """
    shaped = [_drawn(each, next(draws)) for each in value]
    if shaped and value[0].isdecimal():
        shaped[0] = "0" if value[0] == "0" else "123456789"[ord(shaped[0]) % 9]
    return "".join(shaped)


def _drawn(character: str, draw: int) -> str:
    if character.isascii():
        if character.isdigit():
            return "0123456789"[draw % 10]
        if character.isalpha():
            return chr(ord("a" if character.islower() else "A") + draw % 26)
        return character
    category = unicodedata.category(character)
    if not category.startswith("L"):
        return character
    first = ord(character) // BLOCK * BLOCK
    alike = [chr(each) for each in range(first, first + BLOCK)]
    alike = [each for each in alike if unicodedata.category(each) == category]
    return alike[draw % len(alike)]
