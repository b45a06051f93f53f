"""Nothing of a developer's machine, nor of anybody's account, is in the repository.

The needles are put together from parts, so that this file does not find itself.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.source import ROOT, Finding, assert_none, project_texts

DOCUMENTED_ACCOUNTS = frozenset(
    {
        "0" * 12,  # LocalStack's
        "123456789012",  # AWS documentation's
        "111122223333",
        "444455556666",
    }
)
ACCOUNT = re.compile(r"(?<![\w.])(?<![0-9a-f]{4}-)\d{12}(?![\w]|\.\d)", re.IGNORECASE)
SECRETS = (
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile("-----BEGIN " + r"[A-Z ]*PRIVATE KEY-----"),
)
HOMES = re.compile(r"(?<![\w.})*-])(?:/(?:home|Users)/\w[\w.-]*|/ro{2}t\b|[A-Z]:\\Users\\)")

ADDRESS = re.compile(r"[\w.+-]+@(?P<domain>[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})", re.IGNORECASE)
RESERVED_DOMAINS = ("example.com", "example.org", "example.net", ".invalid", ".test")
"""[RFC 2606]"""


def machine_paths(path: str, text: str, checkout: str = str(ROOT)) -> Iterator[Finding]:
    """The paths into somebody's home, or into the very folder that this clone is in."""
    here = re.compile(re.escape(checkout) + r"(?![\w-])")
    for number, line in enumerate(text.splitlines(), 1):
        found = HOMES.search(line) or (here.search(line) if Path(checkout).parents[1:] else None)
        if found:
            yield Finding(path, number, found[0])


def accounts(path: str, text: str) -> Iterator[Finding]:
    """The numbers that could be somebody's AWS account."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in set(ACCOUNT.findall(line)) - DOCUMENTED_ACCOUNTS:
            yield Finding(path, number, found)


def secrets(path: str, text: str) -> Iterator[Finding]:
    """What looks like an access key or a private key; the finding shows only its beginning."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern in SECRETS:
            yield from (Finding(path, number, f"{m[0][:10]}...") for m in pattern.finditer(line))


def addresses(path: str, text: str) -> Iterator[Finding]:
    """The e-mail addresses that could be somebody's: all but those of documentation's domains."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in ADDRESS.finditer(line):
            if not match["domain"].endswith(RESERVED_DOMAINS):
                yield Finding(path, number, match[0])


def test_no_path_of_a_machine() -> None:
    """No file names a path that exists on one developer's machine only."""
    found = [f for path, text in project_texts().items() for f in machine_paths(path, text)]
    assert_none(found, "Write the path relative to the project, or take it as an argument")


def test_no_account_of_anybody() -> None:
    """No file holds an account number but LocalStack's and those of AWS's documentation."""
    found = [f for path, text in project_texts().items() for f in accounts(path, text)]
    assert_none(found, "Use LocalStack's account, twelve zeros, or one of AWS's examples")


def test_no_address_of_anybody() -> None:
    """No file holds an e-mail address that may reach somebody, the brief's third party included."""
    found = [f for path, text in project_texts().items() for f in addresses(path, text)]
    assert_none(found, "Use an address of example.com")


def test_no_secret() -> None:
    """No file holds an access key or a private key, not even an example of one."""
    found = [f for path, text in project_texts().items() for f in secrets(path, text)]
    assert_none(found, "Revoke it, take it out, and out of the history")


@pytest.mark.parametrize(
    "parts",
    [
        ("open('/", "home/", "ada/data.csv')"),
        ("cd /", "Users/", "ada"),
        ("HOME=/", "root"),
        ("`C:", "\\Users\\", "Ada`"),
        ("see /", "src/wavetank/", "docs"),
    ],
)
def test_path_of_a_machine_is_caught(parts: tuple[str, ...]) -> None:
    """A path into a home folder, or into this clone, is found."""
    assert len(list(machine_paths("x", "".join(parts), checkout="/src/wavetank"))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "https://example.com/home/ada",
        "folder / 'root'",
        "/var/lib/localstack",
        "state/ro" + "ot/data",
        "/src/wavetank-2/x",
    ],
)
def test_other_path_is_allowed(line: str) -> None:
    """A path that is everywhere the same, or relative, passes."""
    assert list(machine_paths("x", line, checkout="/src/wavetank")) == []


@pytest.mark.parametrize("form", ["{}", "arn:aws:sns:eu-west-1:{}:alerts", "bucket-{}", "'{}',"])
def test_account_is_caught(form: str) -> None:
    """An account number is found in an ARN, a name, or alone."""
    number = "98765" + "4321098"
    assert [f.what for f in accounts("x", form.format(number))] == [number]


@pytest.mark.parametrize(
    "line",
    [
        "arn:aws:sns:eu-west-1:123456789012:alerts",
        "000000000000",
        "1600000000" + "000",  # 13 digits
        "0.1234567890" + "12",
        "00000000-0000-4000-8000-0000000000" + "01",
        "sha256:deadbeef9876" + "54321098aa",
    ],
)
def test_other_number_is_allowed(line: str) -> None:
    """Documented accounts, times, fractions, UUIDs and digests pass."""
    assert list(accounts("x", line)) == []


@pytest.mark.parametrize(
    "parts",
    [("AKIA", "IOSFODNN7EXAMPLE"), ("ASIA", "Z" * 16), ("-----BEGIN RSA ", "PRIVATE KEY-----")],
)
def test_secret_is_caught(parts: tuple[str, ...]) -> None:
    """A key is found, and not repeated in full in the message."""
    found = list(secrets("x", f"key = '{''.join(parts)}'"))
    assert len(found) == 1
    assert "".join(parts) not in found[0].what


def test_address_is_caught() -> None:
    """Anybody's address is found; those of example.com pass."""
    line = "to ada@" + "mail.io, and bob@example.com"
    assert [f.what for f in addresses("x", line)] == ["ada@" + "mail.io"]
