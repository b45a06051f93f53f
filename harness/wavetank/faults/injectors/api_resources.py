"""The part of a fault's resources that is the same AWS API calls on every engine."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.errors import UsageError
from wavetank.core.resource_name import service_of
from wavetank.core.suggestions import one_of
from wavetank.faults.references import UNLIMITED, FunctionRole, RoleOwner
from wavetank.faults.resources import ConfirmedSubscription, HostFaultTarget, IndexDifference

DISABLED = "DISABLED"
"""The state of a rule that does not fire."""


class ResourceClients(Protocol):
    """Interface to the AWS clients that `ApiResources` calls; `AwsClients` implements it."""

    @property
    def awslambda(self) -> Any:
        """Lambda's."""
        ...

    @property
    def events(self) -> Any:
        """EventBridge's."""
        ...

    @property
    def firehose(self) -> Any:
        """Firehose's."""
        ...

    @property
    def iam(self) -> Any:
        """IAM's."""
        ...

    @property
    def sns(self) -> Any:
        """SNS's."""
        ...


class ApiResources:
    """The part of `Resources` that is the same AWS API calls on every engine.

    Lookups cover all that the clients' account has in their region: an engine that shares it with
    others finds its own resources by name instead.
    """

    def __init__(self, clients: ResourceClients) -> None:
        self._clients = clients

    def functions(self, reference: str) -> Sequence[str]:
        """The functions with this part in the pipeline, or the one of that name."""
        if reference == FunctionRole.RULE_TARGET:
            return sorted({_function_name(arn) for arn in self._rule_targets()})
        if reference == FunctionRole.FAILURE_DESTINATION:
            return sorted({_function_name(arn) for arn in self._failure_destinations()})
        pages = self._clients.awslambda.get_paginator("list_functions").paginate()
        deployed = [entry["FunctionName"] for page in pages for entry in page["Functions"]]
        if reference == FunctionRole.TRIGGER_TARGET:
            others = {*map(_function_name, (*self._rule_targets(), *self._failure_destinations()))}
            return sorted({*deployed} - others)
        return [self._one_named("function", reference, deployed)]

    def roles(self, reference: str) -> Sequence[str]:
        """The roles that a part of the pipeline assumes, or the one of that name."""
        if reference == RoleOwner.DELIVERY_STREAM:
            return sorted({_role_name(arn) for arn in self._delivery_roles()})
        if reference in list(FunctionRole):
            found = map(self._configuration, self.functions(reference))
            return sorted({_role_name(function["Role"]) for function in found})
        pages = self._clients.iam.get_paginator("list_roles").paginate()
        deployed = [role["RoleName"] for page in pages for role in page["Roles"]]
        return [self._one_named("owner", reference, deployed)]

    def rules(self, reference: str) -> Sequence[str]:
        """All rules with a schedule, or the one of that name."""
        deployed = [rule["Name"] for rule in self._rules() if "ScheduleExpression" in rule]
        if reference == UNLIMITED:
            return deployed
        return [self._one_named("rule", reference, deployed)]

    def confirmed_subscriptions(self, number: int) -> Sequence[ConfirmedSubscription]:
        """Of each topic the `number`-th e-mail subscription, counted from one, if confirmed."""
        sns = self._clients.sns
        pages = sns.get_paginator("list_topics").paginate()
        topics = sorted(topic["TopicArn"] for page in pages for topic in page["Topics"])
        return [found for topic in topics for found in confirmed_on(sns, topic, number)]

    def code_sha256(self, function: str) -> str:
        """The `CodeSha256` of what the function runs now."""
        return str(self._configuration(function)["CodeSha256"])

    def reserved_concurrency(self, function: str) -> int | None:
        """The function's reserved concurrency; None if there is none."""
        answer = self._clients.awslambda.get_function_concurrency(FunctionName=function)
        reserved: int | None = answer.get("ReservedConcurrentExecutions")
        return reserved

    def reserve_concurrency(self, function: str, count: int | None) -> None:
        """Set the reserved concurrency, or remove it."""
        awslambda = self._clients.awslambda
        if count is None:
            awslambda.delete_function_concurrency(FunctionName=function)
        else:
            awslambda.put_function_concurrency(
                FunctionName=function, ReservedConcurrentExecutions=count
            )

    def deny(self, role: str, policy: str, action: str) -> None:
        """Deny the role an action by an inline policy of that name."""
        statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._clients.iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)

    def delete_policy(self, role: str, policy: str) -> bool:
        """Delete the inline policy; returns whether it was there."""
        try:
            self._clients.iam.delete_role_policy(RoleName=role, PolicyName=policy)
        except ClientError as error:
            if error_code(error) != "NoSuchEntity":
                raise
            return False
        return True

    def rule_is_enabled(self, rule: str) -> bool:
        """Whether the rule fires."""
        return bool(self._clients.events.describe_rule(Name=rule)["State"] != DISABLED)

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> bool:
        """Not possible by AWS's API: only the reader of an address can confirm it."""
        raise AssertionError(f"no engine without this capability gets {subscription}, {confirmed}")

    def index_differences(self, template: str) -> Sequence[IndexDifference]:
        """Not possible on an engine that does not deploy at an instant."""
        raise AssertionError(f"no engine without this capability gets {template}")

    def index_names(self, table: str) -> Sequence[str]:
        """Not possible, as above."""
        raise AssertionError(f"no engine without this capability gets {table}")

    def change_indexes(self, table: str, created: Sequence[str], deleted: Sequence[str]) -> None:
        """Not possible, as above."""
        raise AssertionError(f"no engine gets {table}, {created}, {deleted}")

    def move_clock(self, offset_seconds: float) -> None:
        """Not possible by AWS's API."""
        raise AssertionError(f"no engine without this capability gets {offset_seconds}")

    def begin_host_fault(self, change: HostFaultTarget) -> None:
        """Not possible by AWS's API."""
        raise AssertionError(f"no engine without this capability gets {change}")

    def revert_host_fault(self, change: HostFaultTarget) -> bool:
        """Not possible by AWS's API."""
        raise AssertionError(f"no engine without this capability gets {change}")

    def set_rule_enabled(self, rule: str, *, enabled: bool) -> None:
        """Enable or disable the rule."""
        events = self._clients.events
        (events.enable_rule if enabled else events.disable_rule)(Name=rule)

    def _one_named(self, kind: str, reference: str, deployed: Sequence[str]) -> str:
        """The resource that a fault names; see `one_named`."""
        return one_named(kind, reference, deployed)

    def _configuration(self, function: str) -> Any:
        return self._clients.awslambda.get_function_configuration(FunctionName=function)

    def _rules(self) -> list[Any]:
        pages = self._clients.events.get_paginator("list_rules").paginate()
        return [rule for page in pages for rule in page["Rules"]]

    def _rule_targets(self) -> Iterator[str]:
        """The ARNs of the functions that rules with a schedule invoke."""
        paginator = self._clients.events.get_paginator("list_targets_by_rule")
        for rule in self._rules():
            if "ScheduleExpression" in rule:
                for page in paginator.paginate(Rule=rule["Name"]):
                    yield from (t["Arn"] for t in page["Targets"] if _is_function(t["Arn"]))

    def _failure_destinations(self) -> Iterator[str]:
        """The ARNs of the functions that Lambda invokes when those have failed."""
        for function in self.functions(FunctionRole.RULE_TARGET):
            try:
                found = self._clients.awslambda.get_function_event_invoke_config(
                    FunctionName=function
                )
            except ClientError as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise
                continue
            arn = found.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            if arn and _is_function(arn):
                yield arn

    def _delivery_roles(self) -> Iterator[str]:
        """The ARNs of the roles with which delivery streams write to S3."""
        firehose = self._clients.firehose
        for name in firehose.list_delivery_streams()["DeliveryStreamNames"]:
            found = firehose.describe_delivery_stream(DeliveryStreamName=name)
            for destination in found["DeliveryStreamDescription"]["Destinations"]:
                if s3 := destination.get("S3DestinationDescription"):
                    yield s3["RoleARN"]


def confirmed_on(sns: Any, topic: str, number: int) -> Iterator[ConfirmedSubscription]:
    """The topic's `number`-th e-mail subscription, counted from one, if it is confirmed."""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    entries = [entry for page in pages for entry in page["Subscriptions"]]
    by_mail = [entry for entry in entries if entry["Protocol"].startswith("email")]
    for entry in by_mail[number - 1 : number]:
        if entry["SubscriptionArn"].startswith("arn:"):
            yield ConfirmedSubscription(entry["SubscriptionArn"], entry["Endpoint"])


def one_named(kind: str, name: str, deployed: Sequence[str]) -> str:
    """The name, if a resource of that kind has it.

    Raises:
        UsageError: none has; suggests the one with the nearest name.
    """
    if name not in deployed:
        raise UsageError(*one_of(f"{kind} to be one of", name, deployed))
    return name


def _is_function(arn: str) -> bool:
    return service_of(arn) == "lambda"


def _function_name(arn: str) -> str:
    return arn.split(":")[6]


def _role_name(arn: str) -> str:
    return arn.rpartition("/")[2]
