"""Templates that tests write."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from wavetank.templates.stack_tree import StackTree

type ReadTemplate = Callable[..., StackTree]


@pytest.fixture
def read(tmp_path: Path) -> ReadTemplate:
    """Reads a text as the template `template.yaml`, with the values of its parameters."""

    def read_text(text: str, **parameters: str) -> StackTree:
        path = tmp_path / "template.yaml"
        path.write_text(dedent(text))
        return StackTree(path, parameters)

    return read_text
