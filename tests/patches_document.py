"""Writes docs/patches.md: `.venv/bin/python -m tests.patches_document`."""

from collections.abc import Iterator
from itertools import groupby

from tests.rules.source import ROOT
from wavetank.core.patching import NONE, VALUE, Patch
from wavetank.emulator.patches import all_patches

DOCUMENT = ROOT / "docs" / "patches.md"
HEAD = """# What is replaced in other packages

Made by `.venv/bin/python -m tests.patches_document`; a test fails when it is out of date.

Each entry is a function, class or value of Python, of AWS's SDK, of LocalStack or of what
LocalStack is made of, that Wavetank replaces in the running process. Nothing is changed on disk.
The list is data in [`wavetank.emulator.patches`](../harness/wavetank/emulator/patches), and
[`wavetank.core.patching`](../harness/wavetank/core/patching.py) is the only code that replaces
anything; a test finds replacements made elsewhere.

Before the first replacement of an attribute in a process, the original's signature is compared with
the one below. If it differs, the attribute is not replaced, and the simulator or the sandbox does
not start: the error names the attribute, both signatures and the version to install.

Not in the list are LocalStack's extension points: providers, hooks and handlers that are added to
its chain. Nor is time: the simulator moves it with freezegun, a library that replaces Python's
clocks.
"""
TABLE = """
| replaced | original | reason | by |
|---|---|---|---|
"""
FORMS = {NONE: "none", VALUE: "a value"}


def render() -> str:
    """The whole document."""
    return HEAD + "".join(_sections())


def _sections() -> Iterator[str]:
    ordered = sorted(all_patches(), key=lambda each: each.distribution.name.lower())
    for distribution, patches in groupby(ordered, key=lambda each: each.distribution):
        yield f"\n## {distribution.name} {distribution.version}\n{TABLE}"
        yield from map(_row, patches)


def _row(patch: Patch) -> str:
    form = FORMS.get(patch.form, f"`{patch.form}`")
    ours = "<br>".join(f"`{module}`" for module in patch.ours)
    return f"| `{patch.target}` | {form} | {patch.reason} | {ours} |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(render())
