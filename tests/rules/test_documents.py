"""What documents tell people is there: pages, headings, pictures, commands."""

import re
from collections.abc import Iterator
from itertools import chain, count
from pathlib import PurePosixPath

import pytest

from tests.conftest import TIERS
from tests.documents import BLOCK, DOCUMENTS, commands
from tests.live.test_guide import GUIDE
from tests.rules.commands import unknown_words
from tests.rules.source import ROOT, Finding, assert_none, project_files, project_texts
from wavetank.cli.test import run_suite

LINK = re.compile(r"\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TYPED = re.compile(r"(?:^\$ |^|`)(\./wavetank [^`\n]+)", re.MULTILINE)
"""In a block for the shell or for the console, or within a line."""


def pages() -> dict[str, str]:
    """The Markdown files by path."""
    return {path: text for path, text in project_texts().items() if path.endswith(".md")}


def anchors(text: str) -> set[str]:
    """What a link can point to within a page, as GitHub makes it from its headings."""
    found: set[str] = set()
    for heading in HEADING.findall(BLOCK.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        more = (f"{slug}-{number}" for number in count(1))
        found.add(next(one for one in chain([slug], more) if one not in found))
    return found


def broken_links(path: str, text: str, files: frozenset[str]) -> Iterator[Finding]:
    """Links to a file or a folder that there is not, or to no heading of it; pictures too."""
    for place, heading in LINK.findall(BLOCK.sub("", text)):
        target = _joined(path, place) if place else path
        is_folder = any(file.startswith(f"{target.rstrip('/')}/") for file in files)
        if place and target not in files and not is_folder:
            yield Finding(path, 1, place)
        elif heading and heading not in anchors(project_texts().get(target, text)):
            yield Finding(path, 1, f"{place}#{heading}")


def _joined(path: str, place: str) -> str:
    """Where a link of the page leads, from the project's folder."""
    parts: list[str] = []
    for part in (PurePosixPath(path).parent / place).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def unknown_commands(path: str, text: str) -> Iterator[Finding]:
    """Commands, or options of them, that there are not."""
    for line in TYPED.findall(text):
        yield from (Finding(path, 1, f"{word} in {line}") for word in unknown_words(line))


def test_links_lead_somewhere() -> None:
    """A file that is renamed takes its links along, and a heading does."""
    files = frozenset(project_files())
    found = [f for path, text in pages().items() for f in broken_links(path, text, files)]
    assert_none(found, "Correct the link")


def test_commands_are_there() -> None:
    """Those that are not typed by the suite too: every option that a page names."""
    found = [f for path, text in pages().items() for f in unknown_commands(path, text)]
    assert_none(found, "Name a command and options that ./wavetank --help has")


def test_every_page_with_commands_is_typed() -> None:
    """A new document joins those whose commands the suite runs."""
    untyped = [path for path in pages() if commands(path) and path not in {*DOCUMENTS, GUIDE}]
    assert_none([Finding(path, 1, "is not typed") for path in untyped], "Add it to DOCUMENTS")


def test_every_document_of_the_list_is_there() -> None:
    """A name that is none would be an error in the middle of a long run."""
    assert set(DOCUMENTS) <= set(pages())


def test_every_tier_is_described() -> None:
    """Whoever adds a test finds all of them, in the words of the suite."""
    described = re.findall(r"^\| `(\w+)` \| (.+) \|$", pages()["CONTRIBUTING.md"], re.MULTILINE)
    assert dict(described) == TIERS


def test_the_help_of_the_suite_names_every_tier() -> None:
    """In their order, as the folders below tests/ that there are."""
    named = re.search(r"which is its folder and its mark: ([\w, \n]+)\.", run_suite.__doc__ or "")
    assert named is not None
    assert re.findall(r"\w+", named[1]) == list(TIERS)
    assert all((ROOT / "tests" / tier).is_dir() for tier in TIERS)


@pytest.mark.parametrize(
    "text",
    ["[x](nowhere.md)", "![x](images/none.svg)", "[x](#no-such)", "# A\n[x](docs/docker.md#none)"],
)
def test_broken_link_is_caught(text: str) -> None:
    """A page, a picture or a heading that is not there."""
    assert len(list(broken_links("x.md", text, frozenset(project_files())))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[x](https://example.com/none)",
        "[x](docs/)",
        "## It's *here*, `now`\n## Twice\n## Twice\n[x](#its-here-now) [y](#twice-1)",
        "```md\n[x](nowhere.md)\n```",
    ],
)
def test_other_link_is_allowed(text: str) -> None:
    """Elsewhere, a folder, a heading with signs or a second of its name, an example."""
    assert list(broken_links("x.md", text, frozenset(project_files()))) == []


@pytest.mark.parametrize(
    "text",
    ["type `./wavetank dwell`", "```sh\n./wavetank up --nobody\n```", "$ ./wavetank drill -x"],
)
def test_unknown_command_is_caught(text: str) -> None:
    """A command or an option that there is not, in a block or a line."""
    assert len(list(unknown_commands("x.md", text))) == 1


def test_known_command_is_allowed() -> None:
    """With its options, a switch's other side, and whatever pytest takes."""
    text = "`./wavetank up --no-access`\n$ ./wavetank test -m unit\n`./wavetank --version`"
    assert list(unknown_commands("x.md", text)) == []
