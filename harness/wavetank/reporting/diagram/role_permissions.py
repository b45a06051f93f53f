"""The permissions of a function's role, from the template."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wavetank.reporting.diagram.resources import shown_resources
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import ResourceReference, TemplateScope

READING = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Receive", "Scan", "TransactGet")
"""Prefixes of actions that change nothing."""
ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


@dataclass(frozen=True)
class Permission:
    """An allowed action, such as `dynamodb:Scan`, on a resource in a template's notation."""

    action: str
    resource: Any

    @property
    def service(self) -> str:
        """The service's prefix in IAM."""
        return self.action.partition(":")[0]

    @property
    def name(self) -> str:
        """The action alone."""
        return self.action.partition(":")[2] or self.action


def is_reading(action: str) -> bool:
    """Whether the action, without its service, changes nothing."""
    return action.startswith(READING)


def permissions_of(function: TemplateResource) -> list[Permission]:
    """The permissions of its role, from policies in the template; AWS's own are not followed."""
    role = function.scope.value(function.properties.get("Role"))
    if not isinstance(role, ResourceReference):
        return []
    return [
        permission
        for document in _documents(function.scope, role)
        for permission in allowed(document)
    ]


def allowed(document: Any) -> Iterator[Permission]:
    """The permissions that the statements of a policy allow."""
    for statement in as_list(as_table(document).get("Statement")):
        if as_table(statement).get("Effect") == "Allow":
            for action in as_list(statement.get("Action")):
                for resource in as_list(statement.get("Resource")):
                    yield Permission(str(action), resource)


def _documents(scope: TemplateScope, role: ResourceReference) -> Iterator[Any]:
    written = TemplateResource(scope, role.resource).properties
    for policy in as_list(written.get("Policies")):
        yield as_table(policy).get("PolicyDocument")
    named = [scope.value(policy) for policy in as_list(written.get("ManagedPolicyArns"))]
    for resource in shown_resources(scope):
        roles = [scope.value(name) for name in as_list(resource.properties.get("Roles"))]
        is_named = any(
            isinstance(n, ResourceReference) and n.resource == resource.name for n in named
        )
        if resource.kind in ATTACHED and (role in roles or is_named):
            yield resource.properties.get("PolicyDocument")
