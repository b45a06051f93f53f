"""Finds resources that refer to each other in a circle, which CloudFormation refuses."""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from wavetank.templates.accessors import as_list
from wavetank.templates.document import Template
from wavetank.templates.problems import TemplateProblem

PLACEHOLDER = re.compile(r"\$\{([^!}.]+)[^}]*\}")


def circular_references(template: Template) -> list[TemplateProblem]:
    """The first circle of the template's resources, if there is one."""
    resources = template.section("Resources")
    graph = {
        name: {found for found in _references(resource) if found in resources}
        for name, resource in resources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib lists a resource after those that it needs.
        circle: list[str] = list(reversed(error.args[1]))
        position = template.position(("Resources", circle[0]))
        found = f"{' -> '.join(circle)} at {position}"
        action = "remove one of these references, such as by a name that the template sets"
        return [TemplateProblem("resources without circular references", found, action)]
    return []


def _references(part: Any) -> Iterator[str]:
    """The names that the part refers to, of resources and others."""
    if isinstance(part, list):
        for element in part:
            yield from _references(element)
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        if key == "Ref" and isinstance(value, str):
            yield value
        elif key == "Fn::GetAtt":
            path = value[0] if isinstance(value, list) and value else value
            yield str(path).partition(".")[0]
        elif key == "Fn::Sub":
            text, values = value if isinstance(value, list) and len(value) == 2 else (value, {})  # noqa: PLR2004 - a text and its values
            own = values if isinstance(values, dict) else {}
            yield from (name for name in PLACEHOLDER.findall(str(text)) if name not in own)
            yield from _references(own)
        elif key == "DependsOn":
            yield from (name for name in as_list(value) if isinstance(name, str))
        else:
            yield from _references(value)
