"""The zip of code that a template has inline."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from wavetank.emulator.lambda_.packages import inline_package


def test_inline_code_is_the_same_zip_at_any_time_and_without_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the same template has the same CodeSha256, on a host without `zip` too."""
    monkeypatch.setenv("PATH", "")
    (tmp_path / "index.py").write_text("def handler(event, context): return 1")
    first = inline_package(str(tmp_path), get_content=True)
    os.utime(tmp_path / "index.py", (0, 0))
    assert inline_package(str(tmp_path), get_content=True) == first
    assert zipfile.ZipFile(io.BytesIO(first)).namelist() == ["index.py"]
