"""The output of `sam build` in `.aws-sam/build` beside a template.

A build is used for a function if it is newer than the function's source and the template: SAM
writes the built template last.
"""

import itertools
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

from wavetank.core.lambda_package import files_of_source
from wavetank.templates.accessors import as_table

BUILD = (".aws-sam", "build")
TEMPLATE = "template.yaml"
CODE = ("CodeUri", "ContentUri")


class SamBuild:
    """The output of `sam build` beside a template, if there is one."""

    def __init__(self, template: Path) -> None:
        self._template = template
        self._folder = template.absolute().parent.joinpath(*BUILD)

    def contains(self, path: Path) -> bool:
        """Whether the path is itself in a build, as if the built template is given."""
        parts = path.absolute().parts
        return BUILD in itertools.pairwise(parts)

    def current(self, resource: str, source: Path) -> Path | None:
        """The folder that was built for the resource; None if the source is newer."""
        built = self._built.get(resource)
        if built is None or not built.is_dir():
            return None
        changed = max(
            (path.stat().st_mtime_ns for path in (*files_of_source(source), self._template)),
        )
        return built if changed <= (self._folder / TEMPLATE).stat().st_mtime_ns else None

    @cached_property
    def _built(self) -> dict[str, Path]:
        """The folder of each resource that was built; two may share one."""
        try:
            body: Any = yaml_parse((self._folder / TEMPLATE).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            return {}  # no build, or one that was interrupted
        found = {}
        for name, resource in as_table(as_table(body).get("Resources")).items():
            properties = as_table(as_table(resource).get("Properties"))
            for key in CODE:
                if isinstance(properties.get(key), str):
                    found[name] = self._folder / properties[key]
        return found
