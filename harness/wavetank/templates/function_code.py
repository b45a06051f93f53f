"""Local code of functions and layers: where it is, and what has to be installed beside it.

    Code: src/measure        a folder: its content is the root of the zip
    Code: src/measure.py     a file: the zip has it alone
    Code: measure.zip        a zip: used unchanged
    Code: {ZipFile: ...}     in the template itself: left to CloudFormation
    Code: {S3Bucket, S3Key}  used if the key is a file below the folder of code

A layer's `Content` is found in the same way; it cannot be in the template itself. That of another
account's layer is what the user gives: a folder, a zip, or a list of requirements. Of SAM's
functions and layers it is the build, if that is newer than the source, or else the source with its
requirements.

Paths are relative to the folder of code or, if none is given, to the template's folder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavetank.core.text import short_path
from wavetank.templates.accessors import as_table
from wavetank.templates.external_layers import GIVEN
from wavetank.templates.problems import TemplateProblem, TemplateResource
from wavetank.templates.references import TemplateScope
from wavetank.templates.sam_build import SamBuild
from wavetank.templates.supported_resources import FUNCTION, LAYER

CODE_PROPERTIES = {FUNCTION: "Code", LAYER: "Content"}
"""The property with the code, by the type of the resource."""
REQUIREMENTS = "requirements.txt"
LIST_SUFFIX = ".txt"
LAYER_FOLDER = "python"
"""Where a layer in Python has its packages. [Lambda developer guide, python-layers]"""
SAM_BUILD = "run `sam build` first"


@dataclass(frozen=True)
class LocalCode:
    """The local code of one function or layer.

    `requirements` are to be installed beside it, `under` is the folder of the zip for both, and
    `is_source` is whether the folder may also have what is not code.
    """

    path: Path
    requirements: Path | None = None
    under: str = ""
    is_source: bool = False


def local_code(
    scope: TemplateScope, folder: Path
) -> tuple[dict[str, LocalCode], list[TemplateProblem]]:
    """The code of each function and layer of the template that has local code, by logical id."""
    finder = _CodeFinder(scope, folder)
    found = {
        resource.name: code
        for resource in finder.resources()
        if (code := finder.code_of(resource)) is not None
    }
    return found, finder.problems


class _CodeFinder:
    def __init__(self, scope: TemplateScope, folder: Path) -> None:
        self.problems: list[TemplateProblem] = []
        self._scope = scope
        self._folder = folder
        self._build = SamBuild(scope.template.path)

    def resources(self) -> Iterator[TemplateResource]:
        """The functions and layers that are zips; others have no code that is a file."""
        for name in self._scope.template.section("Resources"):
            resource = TemplateResource(self._scope, name)
            is_image = "ImageUri" in as_table(resource.properties.get("Code"))
            if resource.kind in CODE_PROPERTIES and not is_image:
                yield resource

    def code_of(self, resource: TemplateResource) -> LocalCode | None:
        """The code; None if the template contains it, or it is missing."""
        given = as_table(resource.properties.get("Content")).get(GIVEN)
        if given is not None:
            return self._given(resource, Path(given))
        path = self._path(resource)
        origin = self._scope.template.origins.get(resource.name)
        if path is None or origin is None or not path.is_dir() or self._build.contains(path):
            return None if path is None else LocalCode(path)
        if (built := self._build.current(origin, path)) is not None:
            return LocalCode(built)
        return self._source(resource, path)

    def _given(self, layer: TemplateResource, path: Path) -> LocalCode | None:
        if not path.exists():
            expected = "the content of a layer: a folder, a zip or a list of requirements"
            found = f"with content that does not exist ({short_path(path)})"
            self.problems.append(layer.problem(expected, found, "correct its path"))
            return None
        if path.suffix != LIST_SUFFIX:
            return LocalCode(path)
        return LocalCode(path, requirements=path, under=LAYER_FOLDER, is_source=True)

    def _source(self, resource: TemplateResource, path: Path) -> LocalCode | None:
        method = resource.build_method
        if method == "makefile":
            expected = "code that is built"
            found = resource.problem(expected, "with BuildMethod makefile", SAM_BUILD)
            self.problems.append(found)
            return None
        runtime = (
            method
            if resource.kind == LAYER
            else self._scope.value(resource.properties.get("Runtime"))
        )
        if not str(runtime).startswith("python"):
            return LocalCode(path, is_source=True)
        listed = path / REQUIREMENTS
        return LocalCode(
            path,
            requirements=listed if listed.is_file() else None,
            under=LAYER_FOLDER if resource.kind == LAYER else "",
            is_source=True,
        )

    def _path(self, function: TemplateResource) -> Path | None:
        name = CODE_PROPERTIES[function.kind]
        code: Any = function.properties.get(name)
        if isinstance(code, dict) and "ZipFile" in code:
            return None
        in_bucket = isinstance(code, dict) and "S3Key" in code
        written = self._scope.value(code["S3Key"] if in_bucket else code)
        path = self._folder / written if isinstance(written, str) and written else None
        if path is not None and (path.is_file() if in_bucket else path.exists()):
            return path
        expected = "code in the template, or below the folder of code"
        action = "give a file or a folder, relative to --code or, without it, to the template"
        is_sam = function.name in self._scope.template.origins
        shown = {"Code": "CodeUri", "Content": "ContentUri"}[name] if is_sam else name
        found = _missing(path, code, shown, in_bucket=in_bucket)
        self.problems.append(function.problem(expected, found, action, (name,)))
        return None


def _missing(path: Path | None, code: Any, name: str, *, in_bucket: bool) -> str:
    if in_bucket:
        where = f", nor a file {short_path(path)}" if path else ""
        return f"with {name} in a bucket, which does not exist here{where},"
    if path is not None:
        return f"with {name} that does not exist ({short_path(path)})"
    return f"with {name} that is not a path" if code else f"without {name}"
