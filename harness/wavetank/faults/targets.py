"""What a pipeline has that generated faults can hit: its triggers, functions, roles and calls.

A fault of a trigger that a pipeline lacks would hit nothing, and prove nothing about it.
"""

from dataclasses import dataclass

from wavetank.faults.references import FunctionRole, Resource, RoleOwner


@dataclass(frozen=True, kw_only=True)
class FaultTargets:
    """What the faults of a pipeline are generated for.

    `resources` are the kinds of resource that it has. `functions` are its functions by role, and
    `permissions` what its roles need, by owner. `errors` are the calls of its handlers, each with
    an error code that its service documents. A tuple is empty only if `resources` lacks
    `Resource.FUNCTION`, `ACTION` or `CALL`.
    """

    resources: frozenset[Resource]
    functions: tuple[FunctionRole, ...]
    permissions: tuple[tuple[RoleOwner, str], ...]
    errors: tuple[tuple[str, str], ...]

    @property
    def calls(self) -> tuple[str, ...]:
        """The calls of its handlers, each once."""
        return tuple(dict.fromkeys(call for call, _ in self.errors))


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
    functions=(FunctionRole.RULE_TARGET, FunctionRole.FAILURE_DESTINATION),
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
