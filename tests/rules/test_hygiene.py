"""Nothing of a developer's machine, nor of anybody's account, is in the repository.

The needles are put together from parts, so that this file does not find itself.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.source import ROOT, Finding, assert_none, project_texts

DOCUMENTED = "|".join(("0" * 12, "123456789012", "111122223333", "444455556666"))
"""The accounts of LocalStack, and of AWS's documentation."""
RESERVED = r"[\w.-]*(?:example\.(?:com|org|net)|\.invalid|\.test)(?![\w.-]*\w)"
"""Domains that are nobody's [RFC 2606]."""
SHOWN = 12
"""Characters of what was found: enough to find it, and no secret."""


def of_clone(folder: Path) -> str:
    """A pattern for paths into the folder; for none, where it is directly below the root."""
    return re.escape(str(folder)) + r"(?![\w-])" if folder.parents[1:] else r"(?!)"


HOME = r"(?<![\w.})*-])(?:/(?:home|Users)/\w[\w.-]*|/ro{2}t\b|[A-Z]:\\Users\\)"
TRACES = {
    "Write the path relative to the project, or take it as an argument": [HOME, of_clone(ROOT)],
    "Use LocalStack's account, twelve zeros, or one of AWS's examples": [
        rf"(?<![\w.])(?<![0-9A-Fa-f]{{4}}-)(?!{DOCUMENTED})\d{{12}}(?!\w|\.\d)"
    ],
    "Use an address of example.com": [
        rf"[\w.+-]+@(?!(?i:{RESERVED}))[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{{2,}}"
    ],
    "Revoke it, take it out, and out of the history": [
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        "-----BEGIN " + r"[A-Z ]*PRIVATE KEY-----",
    ],
}
"""What to do instead, and what is looked for: paths, accounts, e-mail addresses, keys."""


def traces(path: str, text: str, patterns: list[str]) -> Iterator[Finding]:
    """What the text has of somebody's."""
    for match in re.finditer("|".join(patterns), text):
        yield Finding(path, text.count("\n", 0, match.start()) + 1, match[0][:SHOWN])


@pytest.mark.parametrize("action", TRACES)
def test_nothing_of_anybody(action: str) -> None:
    """No file names a path, an account, an address or a key that is somebody's."""
    texts = project_texts().items()
    found = [one for path, text in texts for one in traces(path, text, TRACES[action])]
    assert_none(found, action)


def _all(text: str) -> list[str]:
    patterns = [*(one for some in TRACES.values() for one in some), of_clone(Path("/src/wavetank"))]
    return [finding.what for finding in traces("x", text, patterns)]


@pytest.mark.parametrize(
    "parts",
    [
        ("open('/", "home/", "ada/data.csv')"),
        ("cd /", "Users/", "ada"),
        ("HOME=/", "root"),
        ("`C:", "\\Users\\", "Ada`"),
        ("see /", "src/wavetank/", "docs"),
        ("arn:aws:sns:eu-west-1:", "98765", "4321098:alerts"),
        ("bucket-", "98765", "4321098"),
        ("'98765", "4321098',"),
        ("AKIA", "IOSFODNN7EXAMPLE"),
        ("ASIA", "Z" * 16),
        ("-----BEGIN RSA ", "PRIVATE KEY-----"),
        ("to ada@", "mail.io, and bob@example.com"),
        ("ada@", "example.com.evil.io"),
    ],
)
def test_trace_is_caught(parts: tuple[str, ...]) -> None:
    """A path, an account, a key or an address is found, and not repeated in full."""
    (found,) = _all("".join(parts))
    assert len(found) <= SHOWN


@pytest.mark.parametrize(
    "line",
    [
        "https://example.com/home/ada",
        "folder / 'root'",
        "/var/lib/localstack",
        "state/ro" + "ot/data",
        "/src/wavetank-2/x",
        "arn:aws:sns:eu-west-1:123456789012:alerts",
        "000000000000",
        "1600000000" + "000",  # 13 digits
        "0.1234567890" + "12",
        "00000000-0000-4000-8000-0000000000" + "01",
        "sha256:deadbeef9876" + "54321098aa",
        "bob@example.com, eve@mail.test.",
    ],
)
def test_other_text_is_allowed(line: str) -> None:
    """What is everywhere the same, documented, or another kind of number passes."""
    assert _all(line) == []
