"""cfn-lint's opinion of a template. It is imported when it is first asked: that takes a second."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wavetank.core.settings import REGION


def lint_findings(template: Path, ignored: Sequence[str] = ()) -> list[Any]:
    """All that it finds, hints included, but for the rules that are ignored."""
    from cfnlint.api import lint_file  # noqa: PLC0415 - as the module says
    from cfnlint.config import ManualArgs  # noqa: PLC0415 - as above

    config = ManualArgs(regions=[REGION], include_checks=["I"], ignore_checks=[*ignored])
    found: list[Any] = lint_file(template, config=config)
    return found


def create_only_properties(resource_type: str) -> set[str]:
    """What of a resource cannot be changed, by AWS's schema of it."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415 - as above

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource_type).schema
    return {path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", [])}
