"""The broken deployment of the drill."""

import ast
import io
import zipfile
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import package_files, package_folder
from wavetank.deployment.deployer import ENTRY_POINT
from wavetank.faults.broken_code import break_package, comment_out

STREAMING = Path("lambdas/streaming")
ORIGINAL = Path("tests/handlers/original/streaming.py")


def _files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _run(source: str) -> object:
    """Calls the handler of a broken module, as Lambda would."""
    module: dict[str, object] = {}
    exec(compile(source, "handler", "exec"), module)  # noqa: S102 - written in this file
    entry = module["lambda_handler"]
    assert callable(entry)
    return entry({}, None)


@pytest.mark.parametrize("path", [STREAMING / "handler.py", ORIGINAL], ids=str)
def test_a_large_portion_is_commented_out_and_the_rest_still_parses(path: Path) -> None:
    """The rest consists of the entry point and the imports."""
    source = path.read_text()
    broken = ast.parse(comment_out(source, "lambda_handler")).body
    left = {node.name for node in broken if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert left == {"lambda_handler"}
    assert any(isinstance(node, ast.Import) for node in broken)
    assert comment_out(source, "lambda_handler").count("\n# ") > len(source.splitlines()) // 5


def test_the_broken_package_differs_in_the_handler_alone() -> None:
    """The drill breaks one file of what is deployed, and nothing else."""
    working = package_folder(STREAMING).content
    before, after = _files(working), _files(break_package(working, ENTRY_POINT))
    assert [name for name in before if before[name] != after[name]] == ["streaming/handler.py"]


@pytest.mark.parametrize(
    ("file", "handler"),
    [
        ("lambda_function.py", "lambda_function.lambda_handler"),
        ("a/b/__init__.py", "a.b.main"),
        ("a/b.py", "a/b.main"),
    ],
)
def test_the_file_is_found_by_the_functions_setting(file: str, handler: str) -> None:
    """Whatever the entry point's name and position."""
    entry = handler.rpartition(".")[2]
    source = f"def made(): return 1\ndef {entry}(event, context): return made()\n"
    working = package_files("any", {file: source.encode(), "other.py": b"pass"}).content
    after = _files(break_package(working, handler))
    assert after[file].startswith(b"# def made")
    assert f"\ndef {entry}".encode() in after[file]
    assert after["other.py"] == b"pass"


def test_a_package_without_the_handlers_file_is_refused() -> None:
    """A function that could not run anyway cannot be broken."""
    working = package_files("any", {"other.py": b"pass"}).content
    with pytest.raises(UsageError, match=r"only other\.py"):
        break_package(working, "lambda_function.lambda_handler")


@pytest.mark.parametrize(
    "source",
    [
        "def made(): return 1\ndef lambda_handler(e, c): return made()",
        "class Made: pass\ndef lambda_handler(e, c):\n  x: Made = Made()\n  return 1",
        "import json\ndef lambda_handler(e, c): return json.dumps(e)",
        "LIMIT = 1\r\nPAGE = '\f'\r\ndef lambda_handler(e, c):\r\n  return LIMIT",
        "import json\ndef spare(): pass\ndef lambda_handler(e, c):\n  json.dumps(e)",
        "import json\ndef spare(): pass\ndef lambda_handler(e, c): e and spare(); json.dumps(e)",
        "def lambda_handler(e, c):\n  import json\n  return json.dumps(e)",
        "def made(): pass\ndef lambda_handler(e, c):\n  try: made()\n  except Exception: return 0",
        "def made(): return 1\ndef lambda_handler(e, c):\n  if not e: return 0\n  made()",
        "def made(): return 1\ndef lambda_handler(e, c):\n  return [made() for _ in e]",
        "def made(): return 1\ndef lambda_handler(e, c):\n  made = e.get\n  return made(1)",
        "def made(): return 1\ndef lambda_handler(e, c):\n  return e or 1 and made()",
        "def lambda_handler(e, c): return 1",
        "import json; import os\ndef lambda_handler(e, c): return os.sep",
    ],
)
def test_every_broken_handler_fails(source: str) -> None:
    """However little its entry point leans on, and whatever it would swallow."""
    _run(source)
    with pytest.raises((NameError, KeyError)):
        _run(comment_out(source, "lambda_handler"))
