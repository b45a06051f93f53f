"""Read alerts from an export of the reviewer's mailbox: an mbox file, or messages as .eml files.

The assignment's subject is `Failure: <full name> could not generate stream`; a comma after the name
and forwarding are accepted.
"""

import mailbox
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from wavetank.core.clock import rfc3339
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.core.naming import LATIN

REQUIREMENT = "an alert has reached the mailbox"
KEY = "alert"
SUBJECT = re.compile(r"failure:\s*(.{1,200}?)\s*,?\s+could not generate stream", re.IGNORECASE)
SUBJECT_CHARACTERS_MAX = 1000
NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""The date of a message without a readable one."""


def read_alerts(path: Path) -> dict[str, datetime]:
    """When each person's last alert arrived, by the person's name in the form of `name_key`.

    Raises:
        UsageError: the path has no mailbox, or it cannot be read.
    """
    found: dict[str, datetime] = {}
    try:
        for message in _messages(path):
            name = _alerted(message)
            if name:
                found[name] = max(_sent(message), found.get(name, NEVER))
    except OSError as error:
        action = "give an mbox file, or a folder of .eml files"
        raise UsageError("an export of a mailbox", str(error), action) from error
    return found


def check_alert(alerts: Mapping[str, datetime], full_name: str) -> tuple[Finding, datetime | None]:
    """Whether an alert arrived for the person, and when the last one did."""
    sent = alerts.get(name_key(full_name))
    if sent is None:
        evidence = f"none for {full_name!r}; a broken deployment of the function causes one"
        return Finding(REQUIREMENT, Verdict.UNKNOWN, evidence, KEY), None
    if sent == NEVER:
        return Finding(REQUIREMENT, Verdict.VALID, "at an unknown time", KEY), None
    return Finding(REQUIREMENT, Verdict.VALID, f"the last on {rfc3339(sent)}", KEY), sent


def name_key(name: str) -> str:
    """The name's Latin letters only: subjects lack diacritics, and their spaces vary."""
    latin = "".join(LATIN.get(letter, letter) for letter in name)
    plain = unicodedata.normalize("NFKD", latin).casefold()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def _messages(path: Path) -> Iterator[Message]:
    """The headers of the messages; bodies and attachments are not read."""
    if path.is_dir():
        for file in sorted(path.rglob("*.eml")):
            yield BytesHeaderParser().parsebytes(file.read_bytes())
        return
    with path.open("rb") as opened:
        is_box = opened.read(5) == b"From "
    if not is_box:
        yield BytesHeaderParser().parsebytes(path.read_bytes())
        return
    with closing(mailbox.mbox(path, create=False)) as box:
        for key in box.iterkeys():
            with closing(box.get_file(key)) as text:
                yield BytesHeaderParser().parsebytes(text.read())


def _alerted(message: Message) -> str | None:
    """The name of the person whose failure the message reports."""
    raw = str(message.get("Subject", ""))[:SUBJECT_CHARACTERS_MAX]
    try:
        subject = str(make_header(decode_header(raw)))
    except (LookupError, MessageError, ValueError):  # an unknown encoding
        subject = raw
    matched = SUBJECT.search(" ".join(subject.split()))
    return name_key(matched[1]) if matched else None


def _sent(message: Message) -> datetime:
    try:
        sent = parsedate_to_datetime(str(message.get("Date", "")))
        aware = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (OverflowError, ValueError):
        return NEVER
