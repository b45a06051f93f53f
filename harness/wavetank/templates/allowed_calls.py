"""The calls that the identity policies of templates allow by name."""

from collections.abc import Iterator

from wavetank.faults.calls import OPERATIONS
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.problems import TemplateResource

ROLE = "AWS::IAM::Role"
POLICIES = frozenset({"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"})
TRANSACTIONS = {
    "dynamodb:TransactGetItems": frozenset({"dynamodb:GetItem"}),
    "dynamodb:TransactWriteItems": frozenset({"dynamodb:PutItem", "dynamodb:UpdateItem"}),
}
"""Calls that no action is named after, and the actions of which each allows them.
[DynamoDB developer guide: transaction-apis-iam]"""
LOOKS = "Describe"
"""The beginning of operations that handlers hardly make, although policies often allow them."""


class AllowedCalls:
    """Collects the actions that policies allow; `calls` are the calls that they stand for."""

    def __init__(self) -> None:
        self._actions: set[str] = set()
        self._managed: list[str] = []

    def add(self, resource: TemplateResource) -> None:
        """Take a role or a policy into account; other resources have no effect."""
        properties = resource.properties
        if resource.kind == ROLE:
            self._managed += [
                str(arn).lower() for arn in as_list(properties.get("ManagedPolicyArns"))
            ]
            for policy in as_list(properties.get("Policies")):
                self._add_document(as_table(policy).get("PolicyDocument"))
        elif resource.kind in POLICIES:
            self._add_document(properties.get("PolicyDocument"))

    def calls(self, service: str) -> tuple[str, ...]:
        """The calls of a service of the SDK; none if the policies do not name single actions.

        They do not with a wildcard, or with a managed policy of the service.
        """
        wild = {action.partition(":")[0] for action in self._actions if "*" in action}
        if wild & {service, "*"} or any(service in arn for arn in self._managed):
            return ()
        return tuple(self._named(service))

    def _named(self, service: str) -> Iterator[str]:
        for operation in OPERATIONS[service]:
            call = f"{service}:{operation}"
            actions = TRANSACTIONS.get(call, frozenset({call}))
            if actions & self._actions and not operation.startswith(LOOKS):
                yield call

    def _add_document(self, document: object) -> None:
        for each in as_list(as_table(document).get("Statement")):
            statement = as_table(each)
            if statement.get("Effect") == "Allow":
                self._actions |= set(map(str, as_list(statement.get("Action"))))
