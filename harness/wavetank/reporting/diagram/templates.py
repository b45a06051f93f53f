"""The templates that are drawn, with the values that they would be deployed with."""

from collections.abc import Mapping
from pathlib import Path

from wavetank.deployment.deployer import DeploymentOptions, wanted_packages, wanted_stacks
from wavetank.templates.document import Template, read_document
from wavetank.templates.project_templates import parse_template
from wavetank.templates.references import TemplateScope


def project_scopes(options: DeploymentOptions, project_folder: Path) -> tuple[TemplateScope, ...]:
    """The project's own two, as `deploy` sends them.

    Raises:
        UsageError: a template, a handler folder or an address cannot be used.
    """
    stacks = wanted_stacks(options, project_folder, wanted_packages(options, project_folder))
    return tuple(
        TemplateScope(
            Template(Path(stack.name), parse_template(stack.template), {}), stack.parameters
        )
        for stack in stacks
    )


def given_scopes(
    pipeline: Path, storage: Path | None, parameters: Mapping[str, str]
) -> tuple[TemplateScope, ...]:
    """Somebody else's. They need not run in the simulator: what is not known of them is not drawn.

    Raises:
        UsageError: a file has not the form of a template.
    """
    first = None if storage is None else TemplateScope(read_document(storage), parameters)
    second = TemplateScope(read_document(pipeline), parameters, first)
    return (second,) if first is None else (first, second)
