"""Breaks a function's zip by commenting out a large part of its code.

First the functions and classes besides the entry point are removed, so that the module still
imports and the invocation fails. If the entry point uses none of them, imports and constants are
removed too; if it uses none of those either, the entry point itself is removed, and Lambda finds no
handler. In each case every invocation fails.
"""

import ast
import io
import re
import zipfile
from collections.abc import Iterable, Iterator

from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import package_files

LINE_END = re.compile(r"\r\n|\r|\n")
"""Line ends as Python counts them; `str.splitlines` also splits at a form feed."""
CATCH_ALL = frozenset({"BaseException", "Exception", "NameError"})
"""An `except` of one of these would swallow the failure."""
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def break_package(working: bytes, handler: str) -> bytes:
    """The zip with the code broken in the file of the function's `handler` setting.

    Raises:
        UsageError: the zip has no such file.
    """
    with zipfile.ZipFile(io.BytesIO(working)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    module, _, entry_point = handler.rpartition(".")
    stem = module.replace(".", "/")
    name = next((n for n in (f"{stem}.py", f"{stem}/__init__.py") if n in files), None)
    if name is None:
        raise UsageError(
            f"a package with the handler {handler}", f"only {', '.join(files)}", "deploy it again"
        )
    files[name] = comment_out(files[name].decode("utf-8-sig"), entry_point).encode()
    return package_files("broken", files).content


def comment_out(source: str, entry_point: str) -> str:
    """The module's source with enough commented out that the entry point fails."""
    body = ast.parse(source).body
    definitions = [node for node in body if isinstance(node, DEFINITIONS)]
    entries = [node for node in definitions if node.name == entry_point]
    beside = [node for node in definitions if node not in entries]
    others = [node for node in body if node not in entries]
    for removed in (beside, others):
        if any(_misses(entry, removed) for entry in entries[-1:]):
            return _without(source, removed)
    return _without(source, body)


def _without(source: str, removed: Iterable[ast.stmt]) -> str:
    lines = LINE_END.split(source)
    for node in removed:
        marks = node.decorator_list if isinstance(node, DEFINITIONS) else []
        first = min([node.lineno, *(mark.lineno for mark in marks)])
        for number in range(first - 1, node.end_lineno or first):
            if not lines[number].startswith("# "):
                lines[number] = f"# {lines[number]}"
    return "\n".join(lines)


def _misses(entry: ast.stmt, removed: Iterable[ast.stmt]) -> bool:
    """Whether each call of the entry point looks up a removed name."""
    removed_names = {name for node in removed for name in _bound(node)}
    if not isinstance(entry, ast.FunctionDef):
        return False
    local_names = {name for node in entry.body for name in _bound(node)}
    local_names |= {node.arg for node in ast.walk(entry.args) if isinstance(node, ast.arg)}
    return not removed_names.isdisjoint(set(_surely_looked_up(entry.body)) - local_names)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that the statement binds."""
    if isinstance(statement, DEFINITIONS):
        yield statement.name
        return
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def _surely_looked_up(statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that are looked up on every path, up to the first return or raise."""
    for statement in statements:
        yield from _looked_up(statement)
        if any(isinstance(node, ast.Return | ast.Raise) for node in ast.walk(statement)):
            return


def _looked_up(node: ast.AST) -> Iterator[str]:
    """The names that are looked up whenever the node is executed; too few rather than too many."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            yield name
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
            return
        case ast.TryStar():
            return
        case ast.Try() if any(_swallows(clause) for clause in node.handlers):
            return
        case ast.Try(body=body, finalbody=last):
            yield from _surely_looked_up(body)
            yield from _surely_looked_up(last)
        case _:
            for part in _parts(node):
                yield from _looked_up(part)


def _parts(node: ast.AST) -> Iterable[ast.AST]:
    """The child nodes that are executed whenever the node is."""
    match node:
        case (
            ast.Assert(test=first)
            | ast.BoolOp(values=[first, *_])
            | ast.For(iter=first)
            | ast.If(test=first)
            | ast.IfExp(test=first)
            | ast.Match(subject=first)
            | ast.While(test=first)
        ):
            return [first]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return [node.generators[0].iter]
        case ast.With(items=items):
            return items
        case ast.AnnAssign(value=value):
            return [value] if value else []
        case _:
            return ast.iter_child_nodes(node)


def _swallows(clause: ast.ExceptHandler) -> bool:
    named = ast.walk(clause.type) if clause.type else ()
    return clause.type is None or any(
        isinstance(node, ast.Name) and node.id in CATCH_ALL for node in named
    )
