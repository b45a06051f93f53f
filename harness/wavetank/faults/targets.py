"""What a pipeline has that generated faults can hit: its triggers, functions, roles and calls.

A fault of a trigger that a pipeline lacks would hit nothing, and prove nothing about it.
"""

from dataclasses import dataclass
from typing import Any

from wavetank.faults.references import (
    UNLIMITED,
    FunctionReference,
    FunctionRole,
    Resource,
    RoleOwner,
)


@dataclass(frozen=True, kw_only=True)
class FaultTarget:
    """One thing that a kind of fault can hit: the fields of a fault that name it.

    `name` is empty if the kind has but one target. A function has a `role`, and a call the error
    `codes` that its service documents for it.
    """

    name: str = ""
    values: tuple[tuple[str, Any], ...] = ()
    role: FunctionRole | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FaultTargets:
    """What the faults of a pipeline are generated for.

    `resources` are the kinds of resource that it has. `functions` are its functions, each with its
    role, and `permissions` what its roles need, by owner. `errors` are the calls of its handlers,
    each with an error code that its service documents. A tuple is empty only if `resources` lacks
    `Resource.FUNCTION`, `ACTION` or `CALL`. `names` are logical ids of other resources; of a kind
    without any, faults hit all.
    """

    resources: frozenset[Resource]
    functions: tuple[tuple[FunctionReference, FunctionRole], ...]
    permissions: tuple[tuple[RoleOwner, str], ...]
    errors: tuple[tuple[str, str], ...]
    names: tuple[tuple[Resource, str], ...] = ()

    def of_functions(self) -> tuple[FaultTarget, ...]:
        """Each function."""
        return tuple(
            FaultTarget(name=str(name), values=(("function", name),), role=role)
            for name, role in self.functions
        )

    def of_calls(self) -> tuple[FaultTarget, ...]:
        """Each call of its handlers."""
        return tuple(
            FaultTarget(
                name=call,
                values=(("call", call),),
                codes=tuple(code for other, code in self.errors if other == call),
            )
            for call in dict.fromkeys(call for call, _ in self.errors)
        )

    def of_permissions(self) -> tuple[FaultTarget, ...]:
        """Each permission of each role."""
        return tuple(
            FaultTarget(name=f"{action} of {owner}", values=(("owner", owner), ("action", action)))
            for owner, action in self.permissions
        )

    def named(self, field_name: str, resource: Resource) -> tuple[FaultTarget, ...]:
        """Each resource of the kind, for the field that names it; one for all without names."""
        names = [name for kind, name in self.names if kind is resource]
        if not names:
            return (FaultTarget(values=((field_name, UNLIMITED),)),)
        return tuple(FaultTarget(name=name, values=((field_name, name),)) for name in names)

    def is_failure_destination(self, function: FunctionReference) -> bool:
        """Whether Lambda invokes the function with the events that it gives up."""
        return FunctionRole.FAILURE_DESTINATION in {function, dict(self.functions).get(function)}


TICKER_TARGETS = FaultTargets(
    resources=frozenset(
        {
            Resource.ACTION,
            Resource.CALL,
            Resource.FAILURE_DESTINATION,
            Resource.FUNCTION,
            Resource.ROLE,
            Resource.RULE,
            Resource.STREAM,
            Resource.SUBSCRIPTION,
            Resource.TOPIC,
        }
    ),
    functions=(
        (FunctionRole.RULE_TARGET, FunctionRole.RULE_TARGET),
        (FunctionRole.FAILURE_DESTINATION, FunctionRole.FAILURE_DESTINATION),
    ),
    permissions=(
        (RoleOwner.RULE_TARGET, "dynamodb:Scan"),
        (RoleOwner.RULE_TARGET, "dynamodb:UpdateItem"),
        (RoleOwner.RULE_TARGET, "firehose:PutRecordBatch"),
        (RoleOwner.RULE_TARGET, "lambda:InvokeFunction"),
        (RoleOwner.FAILURE_DESTINATION, "sns:Publish"),
        (RoleOwner.DELIVERY_STREAM, "s3:PutObject"),
    ),
    errors=(
        ("dynamodb:Scan", "ThrottlingException"),
        ("dynamodb:Scan", "InternalServerError"),
        ("dynamodb:TransactWriteItems", "ThrottlingException"),
        ("dynamodb:TransactWriteItems", "ProvisionedThroughputExceededException"),
        ("dynamodb:TransactWriteItems", "InternalServerError"),
        ("firehose:PutRecordBatch", "ServiceUnavailableException"),
        ("firehose:PutRecordBatch", "InternalFailure"),
        ("sns:Publish", "InternalError"),
    ),
)
"""The targets of the ticker: a rule, its function with a table and a stream, and the alerts."""
