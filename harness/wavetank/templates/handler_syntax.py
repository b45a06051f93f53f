"""Syntax errors in the code of a template's functions, before it is deployed.

Checked are the file of the handler and what it imports from the same folder or zip, not the other
files: a library may have some that are for another version of Python.
"""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from wavetank.core.python_syntax import imported_modules, syntax_problem
from wavetank.core.text import file_position
from wavetank.templates.accessors import as_table
from wavetank.templates.function_code import LocalCode
from wavetank.templates.problems import TemplateProblem, TemplateResource
from wavetank.templates.references import TemplateScope
from wavetank.templates.supported_resources import FUNCTION

SOURCE = ".py"
PYTHON = "python"
EXPECTED = "code that Python can import"
ACTION = "correct that line"

type CodeFile = Path | zipfile.Path


def syntax_problems(
    scope: TemplateScope, codes: Mapping[str, LocalCode]
) -> Iterator[TemplateProblem]:
    """One problem for each file with a syntax error, with its line; `codes` by logical id."""
    for name in scope.template.section("Resources"):
        function = TemplateResource(scope, name)
        runtime = scope.value(function.properties.get("Runtime"))
        if function.kind == FUNCTION and str(runtime).startswith(PYTHON):
            if name in codes:
                yield from _in_files(function, codes[name].path)
            else:
                yield from _in_template(function)


def _in_files(function: TemplateResource, code: Path) -> Iterator[TemplateProblem]:
    root = _opened(code)
    handler = function.scope.value(function.properties.get("Handler"))
    if root is None or not isinstance(handler, str):
        return
    pending, seen = [handler.rpartition(".")[0].replace("/", ".")], set[str]()
    while pending:
        module = pending.pop()
        file = None if module in seen else _file(root, module)
        seen.add(module)
        if file is None:
            continue
        content = file.read_bytes()
        if (found := syntax_problem(content)) is not None:
            position = _position(file, found.line)
            line = f"{position}: {_label(function)}: {found.message}"
            yield TemplateProblem(EXPECTED, f"{found.message} at {position}", ACTION, line)
            continue
        is_package = file.name == "__init__.py"
        package = module if is_package else module.rpartition(".")[0]
        pending += [*imported_modules(content, package), package]


def _label(function: TemplateResource) -> str:
    """The function's logical id in the file."""
    return function.scope.template.origins.get(function.name, function.name)


def _opened(code: Path) -> CodeFile | None:
    """The folder that is the root of the zip; None for what has no Python files."""
    if code.is_dir():
        return code
    if zipfile.is_zipfile(code):
        return zipfile.Path(code)
    return code.parent if code.suffix == SOURCE else None


def _file(root: CodeFile, module: str) -> CodeFile | None:
    path = module.replace(".", "/")
    for name in (f"{path}{SOURCE}", f"{path}/__init__{SOURCE}"):
        if module and (file := root.joinpath(name)).is_file():
            return file
    return None


def _position(file: CodeFile, line: int) -> str:
    return file_position(file, line) if isinstance(file, Path) else f"{file}:{line}"


def _in_template(function: TemplateResource) -> Iterator[TemplateProblem]:
    code = function.scope.value(as_table(function.properties.get("Code")).get("ZipFile"))
    found = syntax_problem(code.encode()) if isinstance(code, str) else None
    if found is not None:
        template, keys = function.scope.template, ("Resources", function.name, "Properties", "Code")
        position = template.position((*keys, "ZipFile"))
        line = f"{position}: {_label(function)}: line {found.line} of its code: {found.message}"
        yield TemplateProblem(EXPECTED, f"{found.message} at {position}", ACTION, line)
