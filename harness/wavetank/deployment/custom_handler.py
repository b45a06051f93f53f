"""Somebody's own streaming function: one file in the form of the assignment's original script.

It is read, never imported: what it does when it runs is for a sandbox to see. Refused is what
could not work whatever happens - a file that Lambda could not import, an entry point that it would
not find, names that are not those of the pipeline around it.
"""

import ast
import io
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import Package, package_files
from wavetank.core.naming import Names
from wavetank.deployment.custom_handler_endpoints import check_places
from wavetank.deployment.custom_handler_names import check_names

ENTRY_FUNCTION = "lambda_handler"
MODULE = "lambda_function"
"""As in AWS's console, and whatever the file is called: `json.py` would hide a module that the
script imports, and `my-script.v2.py` is no name of one."""
FILE = f"{MODULE}.py"
ENTRY_POINT = f"{MODULE}.{ENTRY_FUNCTION}"
ARGUMENTS = 2


@dataclass(frozen=True)
class OwnHandler:
    """A script that can be deployed in place of the streaming function.

    `path` says where it comes from: its file, or, of one that is deployed already, its zip in the
    artifact bucket. `entry_point` is Lambda's Handler setting. In which form it writes its records
    is not known before it has run.
    """

    path: Path
    entry_point: str
    package: Package


def read_own_handler(path: Path, names: Names) -> OwnHandler:
    """Reads the script, which is to run under these names.

    Raises:
        UsageError: there is none, it does not parse, Lambda would not find its entry point, or it
            names another table, delivery stream, region or endpoint than it would be deployed with.
    """
    return _checked(path, _content(path), names)


def unpack_own_handler(path: Path, package: bytes, names: Names) -> OwnHandler:
    """Reads the script in the zip of one that is deployed; its package comes out the same.

    Raises:
        UsageError: it cannot run under these names.
    """
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return _checked(path, archive.read(FILE), names)


def _checked(path: Path, content: bytes, names: Names) -> OwnHandler:
    tree = _parsed(path, content)
    _check_entry_point(path, tree)
    check_names(path, tree, names)
    check_places(path, tree)
    package = package_files("streaming", {FILE: content})
    return OwnHandler(path, ENTRY_POINT, package)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        content.decode()
    except OSError as error:
        found = f"{path}: {error.strerror}"
        raise UsageError("a Python file", found, "correct --handler") from error
    except UnicodeDecodeError as error:
        found = f"{path}, whose byte {error.start} is none of it"
        raise UsageError("a script in UTF-8", found, "save it as UTF-8") from error
    return content


def _parsed(path: Path, content: bytes) -> ast.Module:
    """The script as Python 3.13 reads it, which is Lambda's too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on its style, which is not ours to judge
            tree = ast.parse(content, str(path))
            compile(tree, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        numbers = [n for n in (error.lineno, error.offset) if n is not None and n > 0]
        place = ":".join(str(part) for part in (path, *numbers))
        found = f"{error.msg} at {place}"
        raise UsageError("a script that Python can read", found, "correct that line") from error
    except (MemoryError, RecursionError, ValueError) as error:
        found = f"{path}, which it gives up on: {error or type(error).__name__}"
        raise UsageError("a script that Python can read", found, "make it simpler") from error
    return tree


def _check_entry_point(path: Path, tree: ast.Module) -> None:
    expected = f"a function {ENTRY_FUNCTION}(event, context) in {path}"
    functions = _functions(tree.body)
    entries = [function for function in functions if function.name == ENTRY_FUNCTION]
    if not entries:
        raise _no_entry_point(expected, tree)
    entry = entries[-1]
    if isinstance(entry, ast.AsyncFunctionDef):
        found = f"an async one at {path}:{entry.lineno}, which Lambda would not wait for"
        raise UsageError(expected, found, "take async away")
    if not _takes_two(entry.args):
        found = f"{ENTRY_FUNCTION}({ast.unparse(entry.args)}) at {path}:{entry.lineno}"
        raise UsageError(expected, found, "give it these two parameters, as Lambda passes both")


def _no_entry_point(expected: str, tree: ast.Module) -> UsageError:
    shown = [f"{function.name} (line {function.lineno})" for function in _functions(tree.body)]
    found = ", ".join(shown) or "no function"
    inner = [f for f in _functions(ast.walk(tree)) if f.name == ENTRY_FUNCTION]
    if not inner:
        return UsageError(expected, found, f"call the entry point {ENTRY_FUNCTION}")
    found += f", and at line {inner[0].lineno} one inside another block"
    return UsageError(expected, found, "move it to the left edge")


def _functions(nodes: Iterable[ast.AST]) -> "list[ast.FunctionDef | ast.AsyncFunctionDef]":
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _takes_two(parameters: ast.arguments) -> bool:
    positional = len(parameters.posonlyargs) + len(parameters.args)
    required = positional - len(parameters.defaults)
    enough = positional >= ARGUMENTS or parameters.vararg is not None
    return required <= ARGUMENTS and enough and None not in parameters.kw_defaults
