"""Layers of other accounts, such as that of Powertools: their content is given by the user.

It is not downloaded: an account's permission would be needed. Each stack gets a layer of its own
with the given content, which its functions use in place of the other account's. So a function's
configuration names that layer; what it finds at /opt is the same.
[Lambda developer guide, adding-layers: a function uses a layer of another account by the ARN of its
version]
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wavetank.core.project import CONFIGURATION
from wavetank.core.settings import SANDBOX_ACCOUNT
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.document import Keys, Template
from wavetank.templates.problems import TemplateProblem, TemplateResource
from wavetank.templates.references import TemplateScope

FUNCTION, LAYER = "AWS::Lambda::Function", "AWS::Lambda::LayerVersion"
GIVEN = "GivenContent"
"""In the `Content` of a layer that this module adds: the path of what is given."""
VERSION_ARN = re.compile(
    r"arn:[\w-]+:lambda:[\w-]+:(?P<account>\d+):layer:(?P<name>[\w-]+):(?P<version>\d+)"
)


def with_given_layers(scope: TemplateScope, given: Mapping[str, Path]) -> Template:
    """The template with a layer for each ARN of `given` that a function has."""
    template = scope.template
    resources, lines = dict(template.section("Resources")), dict(template.lines)
    for name, written in template.section("Resources").items():
        layers = as_list(as_table(written.get("Properties")).get("Layers"))
        if written["Type"] != FUNCTION or not layers:
            continue
        for number, arn in enumerate([scope.value(layer) for layer in layers]):
            if isinstance(arn, str) and arn in given:
                id_ = _logical_id(arn)
                resources[id_] = _layer(given[arn])
                keys: Keys = ("Resources", name, "Properties", "Layers", number)
                lines.setdefault(("Resources", id_), template.line(keys))
                layers = [*layers[:number], {"Ref": id_}, *layers[number + 1 :]]
        resources[name] = {**written, "Properties": {**written["Properties"], "Layers": layers}}
    return replace(template, body={**template.body, "Resources": resources}, lines=lines)


def layers_without_content(function: TemplateResource) -> Iterator[TemplateProblem]:
    """The layers of other accounts that no content is given for."""
    for number, layer in enumerate(as_list(function.properties.get("Layers"))):
        arn = function.scope.value(layer)
        if isinstance(arn, str) and is_external(arn):
            expected = "a layer whose content is given, since it is another account's"
            action = (
                f'write "{arn}" = "a folder, a zip or a requirements.txt" under [layers] in '
                f"{CONFIGURATION}, or give TemplatesPipeline(layers=...)"
            )
            keys = ("Layers", number)
            yield function.problem(expected, f"with {arn} as a layer", action, keys)


def missing_layers(scope: TemplateScope) -> list[TemplateProblem]:
    """The layers of other accounts, of all functions, that no content is given for."""
    resources = [TemplateResource(scope, name) for name in scope.template.section("Resources")]
    return [
        problem
        for each in resources
        if each.kind == FUNCTION
        for problem in layers_without_content(each)
    ]


def is_external(arn: str) -> bool:
    """Whether the ARN is that of another account's layer."""
    found = VERSION_ARN.fullmatch(arn)
    return found is not None and found["account"] != SANDBOX_ACCOUNT


def _logical_id(arn: str) -> str:
    found = VERSION_ARN.fullmatch(arn)
    parts = found.groups() if found else (arn,)
    return "Layer" + re.sub(r"[^A-Za-z0-9]", "", "".join(parts))


def _layer(content: Path) -> dict[str, Any]:
    return {"Type": LAYER, "Properties": {"Content": {GIVEN: str(content.absolute())}}}
