"""No error is swallowed: whoever catches everything says why, and does something about it."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source import Finding, Source, assert_none, findings, project_sources

EVERYTHING = frozenset({"BaseException", "Exception"})


def _names_everything(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Tuple):
        return any(_names_everything(element) for element in node.elts)
    return node is None or ast.unparse(node).removeprefix("builtins.") in EVERYTHING


def _does_nothing(body: list[ast.stmt]) -> bool:
    idle = ast.Pass | ast.Continue | ast.Break
    return all(
        isinstance(statement, idle)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in body
    )


def _passes_on(body: list[ast.stmt]) -> bool:
    """Whether the error goes on its way unchanged once the clearing up is done."""
    return isinstance(body[-1], ast.Raise) and body[-1].exc is None


def swallowed(source: Source) -> Iterator[Finding]:
    """The handlers of every error that do nothing, or do not say why they catch so much."""
    for node in ast.walk(source.tree):
        match node:
            case ast.ExceptHandler(type=caught, body=body) if _names_everything(caught):
                if _does_nothing(body):
                    yield Finding(source.path, node.lineno, "catches everything, does nothing")
                elif not _passes_on(body) and node.lineno not in source.comments:
                    yield Finding(source.path, node.lineno, "catches everything, says not why")
            case ast.Call(func=function, args=args) if ast.unparse(function).endswith("suppress"):
                if any(_names_everything(argument) for argument in args):
                    yield Finding(source.path, node.lineno, "suppresses everything")


def test_no_error_is_swallowed() -> None:
    """Who catches everything says why on that line, and no one does so only to pass."""
    found = findings(swallowed, project_sources())
    assert_none(found, "Catch what you expect; else `except Exception:  # noqa: BLE001 - reason`")


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:\n    log()",
        "except:\n    log()",
        "except (ValueError, BaseException) as error:\n    log(error)",
        "except builtins.Exception:  # it never matters\n    pass",
        "except Exception:  # it never matters\n    ...",
        "except ValueError:\n    with contextlib.suppress(Exception):\n        log()",
    ],
)
def test_swallowed_error_is_caught(handler: str) -> None:
    """A handler of everything without a reason, or without a deed, is found."""
    assert len(list(swallowed(Source("x.py", f"try:\n    work()\n{handler}\n")))) == 1


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:  # a check that crashes is unknown, not green\n    verdict = unknown",
        "except BaseException:\n    stop()\n    raise",
        "except ValueError:\n    pass",
        "except ValueError:\n    with suppress(OSError):\n        log()",
    ],
)
def test_honest_handler_is_allowed(handler: str) -> None:
    """A reason, a clearing up before the error goes on, and a named error pass."""
    assert list(swallowed(Source("x.py", f"try:\n    work()\n{handler}\n"))) == []
