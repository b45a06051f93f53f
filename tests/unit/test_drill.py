"""The broken deployment of the drill."""

import ast
import io
import zipfile
from pathlib import Path

from wavetank.drill.broken_handler import break_package, comment_out
from wavetank.stack.package import package_folder

STREAMING = Path("lambdas/streaming")


def test_a_large_portion_is_commented_out_and_the_rest_still_parses() -> None:
    """What is left imports, has its entry point, and fails only when it is invoked."""
    source = (STREAMING / "handler.py").read_text()
    broken = comment_out(source)
    left = {node.name for node in ast.parse(broken).body if isinstance(node, ast.FunctionDef)}
    assert left == {"lambda_handler"}
    assert broken.count("\n# ") > len(source.splitlines()) // 4


def test_the_broken_package_differs_in_the_handler_alone() -> None:
    """The drill breaks one file of what is deployed, and nothing else."""
    working = package_folder(STREAMING).content

    def files(content: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    before, after = files(working), files(break_package(working))
    assert [name for name in before if before[name] != after[name]] == ["streaming/handler.py"]
