"""The templates that are drawn, with the parameters of a deployment."""

from collections.abc import Mapping
from pathlib import Path

from wavetank.deployment.deployer import DeploymentOptions, wanted_packages, wanted_stacks
from wavetank.templates.document import Template
from wavetank.templates.problems import refuse
from wavetank.templates.project_templates import parse_template
from wavetank.templates.references import TemplateScope
from wavetank.templates.stack_tree import StackTree


def project_scopes(options: DeploymentOptions, shipped_folder: Path) -> tuple[TemplateScope, ...]:
    """The project's two templates, as `deploy` sends them.

    Raises:
        UsageError: a template, a handler folder or an address cannot be used.
    """
    stacks = wanted_stacks(options, shipped_folder, wanted_packages(options, shipped_folder))
    return tuple(
        TemplateScope(
            Template(Path(stack.name), parse_template(stack.template), {}), stack.parameters
        )
        for stack in stacks
    )


def user_scopes(
    pipeline: Path, storage: Path | None, parameters: Mapping[str, str]
) -> tuple[TemplateScope, ...]:
    """A user's own templates. Resources that the simulator does not support are not drawn.

    Raises:
        UsageError: a file is not a template, or cannot be expanded.
    """
    first = None if storage is None else StackTree(storage, parameters)
    second = StackTree(pipeline, parameters, first.scope if first else None)
    trees = (second,) if first is None else (first, second)
    for tree in trees:
        refuse(list(tree.all_problems()))
    return tuple(scope for tree in trees for scope in tree.all_scopes())
