"""A custom streaming function: one file in the form of the assignment's original script.

It is parsed, never imported; a sandbox shows what it does when it runs. Refused is only what cannot
work: a file that Lambda cannot import, a missing entry point, or names that differ from those of
the pipeline around it.
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
from wavetank.core.text import file_position
from wavetank.deployment.custom_handler_endpoints import check_endpoints
from wavetank.deployment.custom_handler_names import check_names

ENTRY_FUNCTION = "lambda_handler"
MODULE = "lambda_function"
"""The module's name on Lambda, whatever the file is called.

As in AWS's console: `json.py` would hide a module that the script imports, and `my-script.v2.py` is
no valid module name.
"""
FILE = f"{MODULE}.py"
ENTRY_POINT = f"{MODULE}.{ENTRY_FUNCTION}"
ARGUMENTS = 2


@dataclass(frozen=True)
class CustomHandler:
    """A script that is deployed in place of the ticker's streaming function.

    `path` is its file or, if it is already deployed, its zip in the artifact bucket. `entry_point`
    is Lambda's Handler setting. The format of its records is known only once it has run.
    """

    path: Path
    entry_point: str
    package: Package


def read_custom_handler(path: Path, names: Names) -> CustomHandler:
    """Reads the script, which is to run under these names.

    Raises:
        UsageError: the file is missing or does not parse, Lambda would not find its entry point, or
            it names another table, delivery stream, region or endpoint than it would be deployed
            with.
    """
    return _checked(path, _content(path), names)


def unpack_custom_handler(path: Path, package: bytes, names: Names) -> CustomHandler:
    """Reads the script from the zip of a deployed one; its package has the same bytes.

    Raises:
        UsageError: it cannot run under these names.
    """
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return _checked(path, archive.read(FILE), names)


def _checked(path: Path, content: bytes, names: Names) -> CustomHandler:
    tree = _parsed(path, content)
    _check_entry_point(path, tree)
    check_names(path, tree, names)
    check_endpoints(path, tree)
    package = package_files("streaming", {FILE: content})
    return CustomHandler(path, ENTRY_POINT, package)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        content.decode()
    except OSError as error:
        found = f"{path}: {error.strerror}"
        raise UsageError("a Python file", found, "correct --handler") from error
    except UnicodeDecodeError as error:
        found = f"{path}, which is not UTF-8 at byte {error.start}"
        raise UsageError("a script in UTF-8", found, "save it as UTF-8") from error
    return content


def _parsed(path: Path, content: bytes) -> ast.Module:
    """The script's syntax tree; Lambda runs the same Python 3.13."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they concern the style of the user's script
            tree = ast.parse(content, str(path))
            # Finds errors that parsing does not, such as `return` outside a function.
            compile(tree, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        numbers = [n for n in (error.lineno, error.offset) if n is not None and n > 0]
        position = ":".join(str(part) for part in (path, *numbers))
        found = f"{error.msg} at {position}"
        raise UsageError("a script that Python can read", found, "correct that line") from error
    except (MemoryError, RecursionError, ValueError) as error:
        found = f"{path}, which it cannot parse: {error or type(error).__name__}"
        raise UsageError("a script that Python can read", found, "make it simpler") from error
    return tree


def _check_entry_point(path: Path, tree: ast.Module) -> None:
    expected = f"a function {ENTRY_FUNCTION}(event, context) in {path}"
    functions = _functions(tree.body)
    entries = [function for function in functions if function.name == ENTRY_FUNCTION]
    if not entries:
        raise _no_entry_point(expected, tree)
    entry = entries[-1]  # a later definition replaces an earlier one
    position = file_position(path, entry.lineno)
    if isinstance(entry, ast.AsyncFunctionDef):
        found = f"an async one at {position}, which Lambda would not wait for"
        raise UsageError(expected, found, "remove async")
    if not _takes_two(entry.args):
        found = f"{ENTRY_FUNCTION}({ast.unparse(entry.args)}) at {position}"
        raise UsageError(expected, found, "give it these two parameters, as Lambda passes both")


def _no_entry_point(expected: str, tree: ast.Module) -> UsageError:
    shown = [f"{function.name} (line {function.lineno})" for function in _functions(tree.body)]
    found = ", ".join(shown) or "no function"
    inner = [f for f in _functions(ast.walk(tree)) if f.name == ENTRY_FUNCTION]
    if not inner:
        return UsageError(expected, found, f"call the entry point {ENTRY_FUNCTION}")
    found += f", and one inside another block at line {inner[0].lineno}"
    return UsageError(expected, found, "move it to the top level of the module")


def _functions(nodes: Iterable[ast.AST]) -> "list[ast.FunctionDef | ast.AsyncFunctionDef]":
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _takes_two(parameters: ast.arguments) -> bool:
    positional = len(parameters.posonlyargs) + len(parameters.args)
    required = positional - len(parameters.defaults)
    enough = positional >= ARGUMENTS or parameters.vararg is not None
    return required <= ARGUMENTS and enough and None not in parameters.kw_defaults
