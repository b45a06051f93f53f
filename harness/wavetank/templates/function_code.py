"""Local code of functions and layers, found and packaged as by `aws cloudformation package`.

    Code: src/measure        a folder: its content is the root of the zip
    Code: src/measure.py     a file: the zip has it alone
    Code: measure.zip        a zip: used unchanged
    Code: {ZipFile: ...}     in the template itself: left to CloudFormation
    Code: {S3Bucket, S3Key}  used if the key is a file below the folder of code

A layer's `Content` is found in the same way; it cannot be in the template itself.

Paths are relative to the folder of code or, if none is given, to the template's folder.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import Package, package_path
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import TemplateScope
from wavetank.templates.supported_resources import FUNCTION, LAYER

CODE_PROPERTIES = {FUNCTION: "Code", LAYER: "Content"}
"""The property with the code, by the type of the resource."""


def packaged_code(scope: TemplateScope, folder: Path) -> dict[str, Package]:
    """A package for each function and layer of the template with local code, by logical id.

    Raises:
        UsageError: the code does not exist, or cannot be packaged.
    """
    return {
        function.name: package_path(path, function.name)
        for function, path in _paths(scope, folder)
        if path is not None
    }


def _paths(scope: TemplateScope, folder: Path) -> Iterator[tuple[TemplateResource, Path | None]]:
    for name in scope.template.section("Resources"):
        resource = TemplateResource(scope, name)
        if resource.kind in CODE_PROPERTIES:
            yield resource, _path(resource, folder)


def _path(function: TemplateResource, folder: Path) -> Path | None:
    """The path of its code; None if the template contains it."""
    name = CODE_PROPERTIES[function.kind]
    code: Any = function.properties.get(name)
    if isinstance(code, dict) and "ZipFile" in code:
        return None
    in_bucket = isinstance(code, dict) and "S3Key" in code
    written = function.scope.value(code["S3Key"] if in_bucket else code)
    path = folder / written if isinstance(written, str) and written else None
    if path is not None and (path.is_file() if in_bucket else path.exists()):
        return path
    expected = "code in the template, or below the folder of code"
    action = "give a file or a folder, relative to --code or, without it, to the template"
    found = _missing(path, code, name, in_bucket=in_bucket)
    problem = function.problem(expected, found, action, (name,))
    raise UsageError(problem.expected, problem.found, problem.action)


def _missing(path: Path | None, code: Any, name: str, *, in_bucket: bool) -> str:
    if in_bucket:
        where = f", nor a file {path}" if path else ""
        return f"with {name} in a bucket, which does not exist here{where},"
    if path is not None:
        return f"with {name} that does not exist ({path})"
    return f"with {name} that is not a path" if code else f"without {name}"
