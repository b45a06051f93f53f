"""Personal data are replaced by pseudonyms of the same form, and what cannot be read is refused."""

import base64
import json
import re

import pytest

from wavetank.core.errors import UsageError
from wavetank.incidents.personal_data import DataKind, PersonalKeys
from wavetank.incidents.scrubbing import Scrubber

ACCOUNT = "98765" + "4321098"
EMAIL = "ada@" + "mail.io"
ACCESS_KEY = "AKIA" + "Z" * 16
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfi" + "CYEXAMPLEKEY"


def scrubbed(text: str, keys: PersonalKeys | None = None, key: bytes = b"k") -> str:
    """The text after an import with that key."""
    found = Scrubber(key, keys).body(text.encode(), "x")
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (EMAIL, r"[a-z]{3}@example\.com"),
        (EMAIL.replace("@", "%40"), r"[a-z]{3}%40example\.com"),
        (ACCOUNT, r"[1-9]\d{11}"),
        (ACCESS_KEY, r"LKIA[A-Z]{16}"),
        (SECRET, r"[a-z][A-Za-z0-9/]{39}"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2ln", r"[\w-]+\.[\w-]+\.\w+"),
        ("198.51.100.7", r"10\.\d+\.\d+\.\d+"),
        ("2001:db8:1::7", r"2001:db8:[0-9a-f:]+"),
        ("+44 20 7946 0958", r"\+99 9\d \d{4} \d{4}"),
        ("(212) 555-0123", r"\([1-9]?\d+\) \d{3}-\d{4}"),
        ("0171 2345678", r"0\d{3} \d{7}"),
    ],
)
@pytest.mark.parametrize("around", ["~", "see ~, again", '{"x": "~"}', '{"x": ["~"'])
def test_values_are_recognised_by_their_form(value: str, form: str, around: str) -> None:
    """In free text, in JSON and in JSON that breaks off, and the pseudonym has the same form."""
    text = scrubbed(around.replace("~", value))
    assert value not in text
    assert re.fullmatch(re.escape(around).replace("\\~", form).replace("~", form), text)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1 and ::1",
        "arn:aws:sqs:eu-west-1:000000000000:orders",
        "2026-11-24T10:30:45.123+01:00",
        '{"at": 1795608000123, "total": -12.50, "id": "00000000-0000-4000-8000-0000000000' + '01"}',
        '{"bucket": {"name": "uploads"}, "eventName": "ObjectCreated:Put", "fileName": "a.csv"}',
        '{ "a" :1,  "a":2 }\n',
        "id,amount\n1,2\n",
        "d41d8cd98f00b204e9800998ecf8427e" * 4,
        "",
        "status=ok; std::map x",
        "data/raw/events/customers/partition/hourly/complete/archive/finalone",
        '{"zipFile": "a.zip", "mailbox": 1}',
    ],
)
def test_what_is_no_ones_stays_as_it_is(text: str) -> None:
    """Byte for byte, with spaces and doubled keys."""
    assert scrubbed(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"zip": "12345", "zipCode": 1}', r'\{"zip": "[1-9]\d{4}", "zipCode": [1-9]\}'),
        ('{"name": "Ada", "n": 1}', r'\{"name": "[A-Z][a-z]{2}", "n": 1\}'),
        ('{"customer_name":"O\'Neil"}', r'\{"customer_name":"[A-Z]\'[A-Z][a-z]{3}"\}'),
        (
            '{"address": {"city": ["Ulm", 7]}}',
            r'\{"address": \{"city": \["[A-Z][a-z]{2}", \d\]\}\}',
        ),
        ('{"phoneNumber": 1234, "x": 1234}', r'\{"phoneNumber": [1-9]\d{3}, "x": 1234\}'),
        ('{"birthDate": "1815-12-10"}', r'\{"birthDate": "\d{4}-[01]\d-[012]\d"\}'),
        (
            '{"user": "{\\"name\\": \\"Ada\\"}"}',
            r'\{"user": "\{\\"name\\": \\"[A-Z][a-z]{2}\\"\}"\}',
        ),
        ('{"email": null, "name": ""}', r'\{"email": null, "name": ""\}'),
        ('{"name": "Ada"', r'\{"name": "[A-Z][a-z]{2}"'),
        ('{"name": "Ad', r'\{"name": "[A-Z][a-z]'),
        ('{"name": "Ada"}\n{"name": "Bob"}\n', r'(\{"name": "[A-Z][a-z]{2}"\}\n){2}'),
        ("name=Ada&n=1", r"name=[A-Z][a-z]{2}&n=1"),
        ("x password: hunter2, y", r"x password: [a-z]{6}\d, y"),
        ("<p><name>Ada</name><n>1</n></p>", r"<p><name>[A-Z][a-z]{2}</name><n>1</n></p>"),
        ("id,name\n1,Ada\n2,Bob", r"id,name\n1,[A-Z][a-z]{2}\n2,[A-Z][a-z]{2}"),
        ('id;email\r\n"1";""\r\n', r"id;email\r\n1;\r\n"),
    ],
)
def test_values_are_recognised_by_the_name_of_their_key(text: str, expected: str) -> None:
    """In JSON at any depth, form data, labels, tags and columns; the rest stays."""
    found = scrubbed(text)
    assert re.fullmatch(expected, found)
    assert "Ada" not in found


def test_a_name_that_is_not_ascii_keeps_its_script() -> None:
    """A handler that fails at such a letter still does."""
    found = scrubbed('{"name": "Zoë"}')
    assert found != '{"name": "Zoë"}'
    assert not found.isascii()
    escaped = scrubbed('{"name": "Zo\\u00eb"}')
    assert escaped.isascii()
    assert json.loads(escaped) == json.loads(found)


def test_equal_values_stay_equal() -> None:
    """In every text of the import; with another key they have other pseudonyms."""
    scrubber = Scrubber(b"k")
    texts = [f'{{"to": "{EMAIL}"}}', f"mail {EMAIL} now", '{"to": "bob@' + 'mail.io"}']
    first, second, other = (scrubber.body(text.encode(), "x") for text in texts)
    assert isinstance(second, str)
    assert json.loads(first)["to"] == second.split()[1] != json.loads(other)["to"]
    assert scrubbed(texts[0], key=b"l") != first
    assert scrubber.counts.lines() == [f"{DataKind.EMAIL}: 3 replaced, 2 different"]


def test_different_values_stay_different() -> None:
    """Even where the form has room for few."""
    names = [f"{number}" for number in range(10, 60)]
    found = json.loads(scrubbed(json.dumps({"phone": names})))["phone"]
    assert len(set(found)) == len(names)


def test_keys_are_chosen() -> None:
    """One that is not in the list is added, one that is nobody's is taken out."""
    keys = PersonalKeys(more=frozenset({"badge"}), fewer=frozenset({"name"}))
    found = json.loads(scrubbed('{"badge": "X1", "name": "order-created"}', keys))
    assert found["badge"] != "X1"
    assert found["name"] == "order-created"


def test_keys_are_shown() -> None:
    """Those whose values were recognised by nothing else, so that a wrong one is seen."""
    scrubber = Scrubber(b"k")
    scrubber.body(
        f'{{"name": "Ada", "address": {{"city": "Ulm"}}, "mail": "{EMAIL}"}}'.encode(), "x"
    )
    (_, keyed) = scrubber.counts.lines()
    assert keyed == f"{DataKind.PERSONAL}: 2 replaced, 2 different (address, name)"


def test_base64_is_read() -> None:
    """Its text is scrubbed, and encoded again."""
    encoded = base64.b64encode(f'{{"mail": "{EMAIL}", "n": 12345}}'.encode()).decode()
    found = base64.b64decode(json.loads(scrubbed(json.dumps({"data": encoded})))["data"])
    assert EMAIL.encode() not in found
    assert json.loads(found)["n"] == 12345


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xff\x00\x01", "binary content"),
        (b"a\x00b", "text with control characters"),
        (base64.b64encode(bytes(range(128, 200))), "binary content in Base64"),
        (b'{"x": "' + base64.b64encode(bytes(range(128, 200))) + b'"}', "binary content in Base64"),
        (b"id,name\n1,Ada,x\n", "a table with name and uneven rows"),
    ],
)
def test_what_cannot_be_scrubbed_is_refused(content: bytes, what: str) -> None:
    """By its place; it is left as it is, and counted, if that is asked for."""
    with pytest.raises(UsageError, match=f"{what} in a.json: message 1; leave it out"):
        Scrubber(b"k").body(content, "a.json: message 1")
    scrubber = Scrubber(b"k", allow_unscrubbed=True)
    kept = scrubber.body(content, "a.json: message 1")
    assert (kept.encode() if isinstance(kept, str) else kept) == content
    assert scrubber.counts.unscrubbed == [f"a.json: message 1: {what}"]


def test_a_long_text_takes_no_time() -> None:
    """The patterns read each character a few times, not once for each other one."""
    text = "a.b-c" * 40_000
    assert scrubbed(text) == text
    assert scrubbed(json.dumps({"x": text})) == json.dumps({"x": text})
