"""What is replaced in other packages is in one list, which a document shows."""

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.patches_document import DOCUMENT, render
from tests.rules.source import ROOT, Finding, Source, assert_none, findings, project_sources
from tests.shell import finish
from wavetank.aws import patches as sdk
from wavetank.core import clock
from wavetank.core.patching import Patch
from wavetank.emulator.patches import all_patches, patch_of

PACKAGE = "harness/wavetank/"
DECLARED = (f"{PACKAGE}emulator/patches/", f"{PACKAGE}aws/patches.py")
MAKES_FUNCTIONS = frozenset({"classmethod", "partial", "property", "staticmethod"})
ALLOWED = {
    (f"{PACKAGE}core/patching.py", "setattr"): "the one place",
    (f"{PACKAGE}core/patching.py", "delattr"): "the one place",
    (f"{PACKAGE}campaign/worker.py", "sys.path"): "is documented to be set; of a worker's process",
    (f"{PACKAGE}campaign/worker.py", "tempfile.tempdir"): "as above",
    (f"{PACKAGE}emulator/lambda_/bootstrap.py", "sys.argv"): "of a function's own process",
    (f"{PACKAGE}emulator/lambda_/bootstrap.py", "sys.path"): "as above",
    (f"{PACKAGE}emulator/lambda_/bootstrap.py", "os.environ"): "as above",
    (f"{PACKAGE}emulator/iam_enforcement/forwarding.py", "setattr"): "data of one request",
    (f"{PACKAGE}engines/simulator/variables.py", "os.environ"): "variables of the process",
    (f"{PACKAGE}engines/simulator/module_space.py", "sys.modules"): "modules of a handler",
    (f"{PACKAGE}engines/simulator/function_log.py", "setattr"): "what a handler does to its stream",
}
"""Assignments that replace nothing of somebody else's, with the reason."""
CHECK_ALL = "from wavetank.emulator.patches import all_patches\nfor p in all_patches(): p.check()"


def foreign_assignments(source: Source) -> Iterator[Finding]:
    """Where an attribute of another package is set, or a function put into any object but `self`.

    Also where a handler of another package is taken out of a list.
    """
    tree = source.tree
    foreign = _foreign_names(tree)
    functions = _functions(tree)
    for node in ast.walk(tree):
        for what in _changed(node, foreign, functions):
            if (source.path, what) not in ALLOWED:
                yield Finding(source.path, getattr(node, "lineno", 0), what)


def _functions(tree: ast.Module) -> set[str]:
    """Functions and classes by their names, but for methods."""
    defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    methods = {id(each) for node in classes for each in node.body}
    found = [n for n in ast.walk(tree) if isinstance(n, defined) and id(n) not in methods]
    return {node.name for node in found}


def _changed(node: ast.AST, foreign: set[str], functions: set[str]) -> Iterator[str]:
    match node:
        case ast.Call():
            yield from _changed_by_call(node, foreign)
        case ast.Assign(targets=targets, value=value):
            for target in _attributes(targets):
                if _root(target) in foreign:
                    yield ast.unparse(target)
            if _is_function(value, functions):
                yield from map(ast.unparse, _attributes(targets, items=False))
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            yield from (ast.unparse(t) for t in _attributes([target]) if _root(t) in foreign)
        case ast.Delete(targets=targets):
            yield from (ast.unparse(t) for t in _attributes(targets) if _root(t) in foreign)


def _changed_by_call(call: ast.Call, foreign: set[str]) -> Iterator[str]:
    match call:
        case ast.Call(func=ast.Name(id="setattr" | "delattr" as name), args=[first, *_]):
            if ast.unparse(first) != "self":
                yield name
        case ast.Call(func=ast.Attribute(attr="__setattr__" | "__delattr__" as name)):
            yield name
        case ast.Call(func=ast.Attribute(attr="remove"), args=[ast.Attribute() as handler]):
            if _root(handler) in foreign:
                yield f"remove({ast.unparse(handler)})"


def _attributes(targets: list[ast.expr], *, items: bool = True) -> Iterator[ast.Attribute]:
    """The attributes that are set, or an item of them, but for those of `self` and `cls`."""
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _attributes(target.elts, items=items)
        inner = target.value if items and isinstance(target, ast.Subscript) else target
        if isinstance(inner, ast.Attribute) and _root(inner) not in {"self", "cls"}:
            yield inner


def _is_function(value: ast.expr, functions: set[str]) -> bool:
    """Whether it is a function, a class, or what makes one."""
    if isinstance(value, ast.Tuple):
        return any(_is_function(each, functions) for each in value.elts)
    made = value.func if isinstance(value, ast.Call) else None
    name = value.id if isinstance(value, ast.Name) else None
    is_made = isinstance(made, ast.Name) and made.id in MAKES_FUNCTIONS
    return isinstance(value, ast.Lambda) or name in functions or is_made


def _root(node: ast.expr) -> str | None:
    """The name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _foreign_names(tree: ast.Module) -> set[str]:
    """Names of imported modules and of what is in them, and other names for the same."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {
                    (n.asname or n.name.partition(".")[0])
                    for n in names
                    if not n.name.startswith("wavetank")
                }
            case ast.ImportFrom(module=str(module), names=names):
                if not module.startswith("wavetank"):
                    found |= {n.asname or n.name for n in names}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if _root(value) in found:
                    found.add(name)
    return found


def _ours(path: str) -> str:
    """The module's name below `wavetank`."""
    return path.removeprefix(PACKAGE).removesuffix(".py").replace("/", ".")


def _uses(source: Source) -> set[str]:
    """The targets of the list that a module names, as a text or by the name of its entry."""
    named = {
        name: value.target
        for name, value in {**vars(sdk), **vars(clock)}.items()
        if isinstance(value, Patch)
    }
    known = {each.target for each in all_patches()}
    found: set[str] = set()
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=str(text)) if text in known:
                found.add(text)
            case ast.Name(id=name) if name in named:
                found.add(named[name])
    return found


def test_nothing_is_replaced_but_by_the_list() -> None:
    """No module sets an attribute of another package by hand, or puts a function into one."""
    assert_none(findings(foreign_assignments, PACKAGE), "Declare it in wavetank.emulator.patches")


def test_what_need_not_be_in_the_list_is_still_there() -> None:
    """An exception that nothing needs any more goes."""
    found: set[tuple[str, str]] = set()
    for source in project_sources():
        if source.path.startswith(PACKAGE):
            foreign = _foreign_names(source.tree)
            changed = (w for n in ast.walk(source.tree) for w in _changed(n, foreign, set()))
            found |= {(source.path, what) for what in changed}
    assert set(ALLOWED) <= found


@pytest.mark.parametrize(
    "text",
    [
        "import moto.iam\nmoto.iam.find = 1",
        "from moto.logs.models import LogsBackend\nLogsBackend.find = 1",
        "from moto.logs.models import LogsBackend\nkind: Any = LogsBackend\nkind.a, kind.b = 1, 2",
        "def f():\n    from twisted.web import http\n    http.H2_ENABLED = False",
        "import os\ndel os.environ['A']",
        "import time\nmodule = time\nmodule.count += 1",
        "def find(): ...\ndef change(backend):\n    backend.find = find",
        "def change(backend):\n    backend.find = lambda: 1",
        "def change(backend):\n    backend.find = property(len)",
        "def change(backend):\n    setattr(backend, 'find', len)",
        "def change(backend):\n    object.__setattr__(backend, 'find', 1)",
        "from localstack.aws import handlers\nchain.remove(handlers.enforce_cors)",
    ],
)
def test_a_replacement_by_hand_is_found(text: str) -> None:
    """Of a module or a class, under its own name or another, or of whatever is passed in."""
    assert list(foreign_assignments(Source("harness/wavetank/x.py", text)))


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def __init__(self, f):\n        self.f = lambda: f",
        "from wavetank.core import clock\nclock.x = 1",
        "def f(context):\n    context.account_id = '1'",
    ],
)
def test_what_is_no_replacement_is_allowed(text: str) -> None:
    """What is the object's own, our own, or data of a request."""
    assert not list(foreign_assignments(Source("harness/wavetank/x.py", text)))


def test_every_entry_is_used_by_the_modules_that_it_names() -> None:
    """And by no others: the document would send its reader to the wrong place."""
    uses = {
        (target, _ours(source.path))
        for source in project_sources()
        if source.path.startswith(PACKAGE) and not source.path.startswith(DECLARED)
        for target in _uses(source)
    }
    assert uses == {(each.target, ours) for each in all_patches() for ours in each.ours}


def test_every_target_is_in_the_list_once() -> None:
    """Two entries of one target would be two reasons, of which one is lost."""
    assert all(patch_of(each.target) is each for each in all_patches())


def test_every_original_is_what_its_replacement_is_made_for() -> None:
    """With the versions of the lock, in a process in which nothing is replaced yet."""
    done = finish([sys.executable, "-W", "ignore", "-c", CHECK_ALL], ROOT)
    assert done.code == 0, done.err


def test_versions_are_those_that_are_installed() -> None:
    """A newer lock is an occasion to look at what is replaced."""
    distributions = {each.distribution for each in all_patches()}
    assert {one.name: one.installed() for one in distributions} == {
        one.name: one.version for one in distributions
    }


def test_the_document_shows_the_list() -> None:
    """After a change: `.venv/bin/python -m tests.patches_document`."""
    assert DOCUMENT.read_text() == render()
