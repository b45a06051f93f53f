"""Replaces the personal data of texts by pseudonyms, and refuses what it cannot read.

JSON and lines of JSON are read by key and value, also within strings and in Base64; tables with a
header by column; other texts by the labels `key=value`, `key: value` and `<key>value</key>`. In all
of them values are recognised by their form, too.
"""

import binascii
import csv
import io
import re
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import dataclass, field

from wavetank.core.errors import UsageError
from wavetank.incidents.json_text import KeyPath, looks_like_json, replaced
from wavetank.incidents.personal_data import FORMS, DataKind, PersonalKeys, kind_of
from wavetank.incidents.pseudonyms import Pseudonyms

LABELLED = re.compile(
    r"""(?P<label>(?<![\w.-])(?P<key>[A-Za-z][\w.-]*)["']?\s*[:=]\s*["']?)(?P<value>[^"',;&<>{}\[\]\n]+)"""
)
TAGGED = re.compile(r"(?P<label><(?P<key>[A-Za-z][\w.-]*)(?:\s[^<>]*)?>)(?P<value>[^<>]+)(?=</)")
BASE64 = re.compile(
    r"(?<![\w+/=-])(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![\w+/=-])"
)
HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
BASE64_BINARY_MIN = 64
"""Shorter ones that are no text are taken for identifiers."""
MIXED = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d)")
"""What encoded binary content has; a path of words has not."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DELIMITERS = (",", ";", "\t", "|")


@dataclass
class ScrubCounts:
    """What was replaced, by kind: how often, and how many different values. And what was not."""

    values: dict[DataKind, Counter[str]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    unscrubbed: list[str] = field(default_factory=list)

    def add(self, kind: DataKind, value: str, key: str = "") -> None:
        """Count a value that was replaced, with its key if it was recognised by that alone."""
        self.values.setdefault(kind, Counter())[value] += 1
        if kind is DataKind.PERSONAL:
            self.keys.add(key)

    def lines(self) -> list[str]:
        """`e-mail address: 5 replaced, 2 different`, for each kind that there was."""
        return [
            f"{kind}: {found.total()} replaced, {len(found)} different"
            + (f" ({', '.join(sorted(self.keys))})" if kind is DataKind.PERSONAL else "")
            for kind, found in sorted(self.values.items())
        ]


class Scrubber:
    """Scrubs the texts of one import.

    `where` in its methods says in errors where the text is from. With `allow_unscrubbed` what
    cannot be read is left as it is and counted, and not refused.
    """

    def __init__(
        self, key: bytes, keys: PersonalKeys | None = None, *, allow_unscrubbed: bool = False
    ) -> None:
        self.counts = ScrubCounts()
        self._pseudonyms = Pseudonyms(key)
        self._keys = keys or PersonalKeys()
        self._allow_unscrubbed = allow_unscrubbed
        self._where = ""

    def body(self, content: bytes, where: str) -> str | bytes:
        """The scrubbed content as a text; as bytes if it is none, and that is allowed.

        Raises:
            UsageError: a part of it cannot be scrubbed, and that is not allowed.
        """
        self._where = where
        try:
            text = content.decode()
        except UnicodeDecodeError:
            self._refuse("binary content")
            return content
        if CONTROL.search(text):
            self._refuse("text with control characters")
            return text
        return self._document(text)

    def text(self, text: str, where: str) -> str:
        """As `body`, for a key or another short text."""
        self._where = where
        return self._plain(text)

    def _refuse(self, what: str) -> None:
        if not self._allow_unscrubbed:
            raise UsageError(
                "text that can be scrubbed",
                f"{what} in {self._where}",
                "leave it out, or look at it yourself and give --allow-unscrubbed to import it "
                "as it is",
            )
        self.counts.unscrubbed.append(f"{self._where}: {what}")

    def _document(self, text: str) -> str:
        if looks_like_json(text):
            return replaced(text, self._string, self._number, self._plain)
        for delimiter in DELIMITERS:
            header = text.partition("\n")[0].rstrip("\r").split(delimiter)
            if len(header) > 1 and "\n" in text.strip() and self._personal(header):
                return self._table(text, delimiter)
        return self._plain(TAGGED.sub(self._label, LABELLED.sub(self._label, text)))

    def _personal(self, header: list[str]) -> list[int]:
        """The columns with personal values."""
        names = [name.strip().strip('"') for name in header]
        return [number for number, name in enumerate(names) if self._keys.has(name)]

    def _table(self, text: str, delimiter: str) -> str:
        header, *rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        if any(row and len(row) != len(header) for row in rows):
            self._refuse(f"a table with {', '.join(self._keys.among(header))} and uneven rows")
            return text
        personal = self._personal(header)
        written = io.StringIO()
        end = "\r\n" if "\r\n" in text else "\n"
        writer = csv.writer(written, delimiter=delimiter, lineterminator=end)
        writer.writerow(header)
        for row in rows:
            writer.writerow(
                self._value(cell, header[number]) if number in personal else self._plain(cell)
                for number, cell in enumerate(row)
            )
        return written.getvalue() if text.endswith("\n") else written.getvalue().rstrip("\r\n")

    def _label(self, found: re.Match[str]) -> str:
        value = found["value"].rstrip()
        if not self._keys.has(found["key"]) or not value:
            return found[0]
        space = found["value"][len(value) :]
        return f"{found['label']}{self._value(value, found['key'])}{space}"

    def _string(self, value: str, path: KeyPath) -> str:
        key = self._personal_key(path)
        return self._document(value) if key is None else self._value(value, key)

    def _number(self, token: str, path: KeyPath) -> str:
        key = self._personal_key(path)
        return self._plain(token) if key is None else self._value(token, key)

    def _personal_key(self, path: KeyPath) -> str | None:
        """The first of the keys that is personal, as all that is under `address` is."""
        pairs = zip(path, ("", *path), strict=False)
        return next((key for key, parent in pairs if self._keys.has(key, parent)), None)

    def _value(self, value: str, key: str) -> str:
        """The pseudonym of a personal value, of the kind that its form has."""
        found = FORMS.fullmatch(value)
        kind = (kind_of(found) if found else None) or DataKind.PERSONAL
        self.counts.add(kind, value, key)
        return self._pseudonyms.of(kind, value)

    def _plain(self, text: str) -> str:
        """The text with all that is recognised by its form."""
        return FORMS.sub(self._form, BASE64.sub(self._encoded, text))

    def _form(self, found: re.Match[str]) -> str:
        kind = kind_of(found)
        if kind is None:
            return found[0]
        self.counts.add(kind, found[0])
        return self._pseudonyms.of(kind, found[0])

    def _encoded(self, found: re.Match[str]) -> str:
        """Base64 with its text scrubbed, if it is one."""
        if HEX.fullmatch(found[0]):
            return found[0]
        try:
            text = b64decode(found[0], validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            if len(found[0]) >= BASE64_BINARY_MIN and MIXED.match(found[0]):
                self._refuse("binary content in Base64")
            return found[0]
        return (
            found[0] if CONTROL.search(text) else b64encode(self._document(text).encode()).decode()
        )
