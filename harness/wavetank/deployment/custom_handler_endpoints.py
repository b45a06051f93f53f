"""Check that a script sends its requests to the pipeline's region and to the SDK's own endpoint.

Lambda sets both in the function's environment. A script that overrides them would miss the pipeline
around it, on AWS and in a sandbox.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.settings import REGION
from wavetank.core.text import file_position
from wavetank.deployment.custom_handler_names import resolved, single_constants

MAKERS = frozenset({"client", "resource"})
"""Functions of boto3 and of its sessions; the second argument of each is the region."""
REGION_VARIABLES = frozenset({"AWS_REGION", "AWS_DEFAULT_REGION"})


def check_endpoints(path: Path, tree: ast.Module) -> None:
    """Returns if the script overrides neither region nor endpoint, or sets the same region.

    Raises:
        UsageError: it sets another region, or any endpoint.
    """
    constants = single_constants(tree)
    for node in ast.walk(tree):
        for value in _regions(node):
            region = resolved(value, constants)
            if region is not None and region.value != REGION:
                raise UsageError(
                    f"requests to {REGION}, where the pipeline is",
                    f"region {region.value!r} at {file_position(path, region.lineno)}",
                    "leave the region out, as Lambda sets it",
                )
        for value in _endpoints(node):
            raise UsageError(
                "requests to AWS at the SDK's own endpoint",
                f"endpoint_url={ast.unparse(value)} at {file_position(path, value.lineno)}",
                "leave endpoint_url out: a sandbox sets it from outside",
            )


def _regions(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.keyword(arg="region_name", value=value):
            yield value
        case ast.Call(func=ast.Attribute(attr=maker), args=[_, value, *_]) if maker in MAKERS:
            yield value
    yield from (value for name, value in _variables_set(node) if name in REGION_VARIABLES)


def _endpoints(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.keyword(arg="endpoint_url", value=value) if not _is_none(value):
            yield value
    yield from (value for name, value in _variables_set(node) if _is_endpoint(name))


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_endpoint(variable: str) -> bool:
    return variable.startswith("AWS_ENDPOINT_URL")


def _variables_set(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names and values of `os.environ["NAME"] = value`."""
    match node:
        case ast.Assign(
            targets=[
                ast.Subscript(
                    value=ast.Attribute(attr="environ") | ast.Name(id="environ"),
                    slice=ast.Constant(value=str(name)),
                )
            ],
            value=value,
        ):
            yield name, value
