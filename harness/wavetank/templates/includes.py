"""Reads into a template what it includes from local files, by the transform `AWS::Include`.

    Body:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: api/spec.yaml}}

`sam package` uploads such a file, and CloudFormation includes it from the bucket.
[CloudFormation template reference: transform-aws-include]
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.document import Keys, Template
from wavetank.templates.problems import TemplateProblem

INCLUDE = "AWS::Include"
IN_PLACE = "Fn::Transform"


def included(template: Template) -> tuple[Template, list[TemplateProblem]]:
    """The template with the content of the files that it includes."""
    reader = _Reader(template)
    body = reader.with_content(dict(template.body), ())
    for transform in as_list(template.body.get("Transform")):
        if (location := _location(transform)) is not None:
            content = reader.read(location, ("Transform",))
            body = {**body, **content}
            left = [each for each in as_list(body["Transform"]) if each != transform]
            body["Transform"] = left
    return replace(template, body=body), reader.problems


class _Reader:
    def __init__(self, template: Template) -> None:
        self.problems: list[TemplateProblem] = []
        self._template = template

    def with_content(self, part: Any, keys: Keys) -> Any:
        """The part with the content of files; lines of a content are those of its inclusion."""
        if isinstance(part, list):
            return [self.with_content(each, (*keys, index)) for index, each in enumerate(part)]
        if not isinstance(part, dict):
            return part
        below = {name: self.with_content(value, (*keys, name)) for name, value in part.items()}
        if (location := _location(below.get(IN_PLACE))) is not None:
            del below[IN_PLACE]
            below.update(self.read(location, (*keys, IN_PLACE)))
        return below

    def read(self, location: str, keys: Keys) -> dict[str, Any]:
        """The content of the file; empty if there is a problem with it."""
        content, problem = read_document_part(self._template, location, keys)
        if problem is not None:
            self.problems.append(problem)
        return as_table(content)


def read_document_part(
    template: Template, location: str, keys: Keys
) -> tuple[Any, TemplateProblem | None]:
    """The content of a local file that the part at `keys` names, or what is wrong with it."""
    path = Path(template.path.parent, location)
    try:
        return yaml_parse(path.read_text(encoding="utf-8")), None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not YAML or JSON"
        found = f"{path}: {reason} at {template.position(keys)}"
        action = "correct the path, which is relative to the template, or the file"
        return None, TemplateProblem("a file in YAML or JSON", found, action)


def _location(transform: Any) -> str | None:
    """The local file that a use of the transform names."""
    written = as_table(transform)
    location = as_table(written.get("Parameters")).get("Location")
    is_local = isinstance(location, str) and not location.startswith("s3://")
    return str(location) if written.get("Name") == INCLUDE and is_local else None
