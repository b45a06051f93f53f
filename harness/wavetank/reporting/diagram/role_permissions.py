"""What a function's role may do, and with what, as the template says it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wavetank.reporting.diagram.resources import shown_resources
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import ResourceReference, TemplateScope

READING = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Receive", "Scan", "TransactGet")
"""How the names of actions begin that change nothing."""
ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


@dataclass(frozen=True)
class Right:
    """One allowed action, such as `dynamodb:Scan`, on a resource as it is written."""

    action: str
    resource: Any

    @property
    def service(self) -> str:
        """As IAM names it."""
        return self.action.partition(":")[0]

    @property
    def name(self) -> str:
        """The action alone."""
        return self.action.partition(":")[2] or self.action


def is_reading(action: str) -> bool:
    """Whether the action, without its service, leaves everything as it is."""
    return action.startswith(READING)


def rights_of(function: TemplateResource) -> list[Right]:
    """Of its role, from policies that stand in the template; AWS's own are not followed."""
    role = function.scope.value(function.properties.get("Role"))
    if not isinstance(role, ResourceReference):
        return []
    return [right for document in _documents(function.scope, role) for right in allowed(document)]


def allowed(document: Any) -> Iterator[Right]:
    """What the statements of a policy allow."""
    for statement in as_list(as_table(document).get("Statement")):
        if as_table(statement).get("Effect") == "Allow":
            for action in as_list(statement.get("Action")):
                for resource in as_list(statement.get("Resource")):
                    yield Right(str(action), resource)


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
