"""What is deployed, changed by its service's own API as a person would, and put back."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from localstack.services.sns.models import sns_stores

from wavetank.core.errors import UsageError
from wavetank.emulator.iam_enforcement.grants import grants_of_role
from wavetank.emulator.live_faults.kind import Given, Parameter, RevertCallback, ids_of
from wavetank.emulator.services import ACCOUNT, REGION, clients
from wavetank.emulator.sns.confirmation import is_confirmed, set_confirmed
from wavetank.emulator.stack_index import FUNCTION, ROLE, RULE, TOPIC, DeployedStack

NO_HANDLER = "broken_by_wavetank.lambda_handler"
"""A module that no package has."""
POLICY = "wavetank-switched-off"
UPDATED = {"Delay": 0.2, "MaxAttempts": 150}
"""How a change of a function is waited for: its service takes one at a time."""
OFF = "DISABLED"


def _chosen(name: str, title: str, choices: Sequence[str]) -> Parameter:
    default = choices[0] if choices else ""
    return Parameter(name=name, title=title, choices=tuple(choices), default=default)


class RuleOffSwitch:
    """A rule that does not fire."""

    name: ClassVar[str] = "rule-off"
    title: ClassVar[str] = "The rule is off"
    does: ClassVar[str] = "Nothing fires by itself. What was missed, the next tick makes up for."

    def parameters(self, stacks: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        rules = [rule.rpartition("/")[2] for rule in ids_of(stacks, RULE)]
        return (_chosen("rule", "Rule", rules),)

    def begin(self, given: Given) -> RevertCallback:
        rule, events = given["rule"], clients().events
        if events.describe_rule(Name=rule)["State"] == OFF:
            raise UsageError("a rule that is on", f"{rule} off", "leave it as it is")
        events.disable_rule(Name=rule)
        return lambda: _unless_gone(events, "enable_rule", Name=rule)


class BrokenDeploymentSwitch:
    """A function whose code cannot be loaded."""

    name: ClassVar[str] = "broken-deployment"
    title: ClassVar[str] = "A function is broken"
    does: ClassVar[str] = (
        "Its handler is set to a module that is not there, so every invocation fails. Lambda "
        "tries an event twice more, and then tells the failure destination."
    )

    def parameters(self, stacks: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        return (_chosen("function", "Function", ids_of(stacks, FUNCTION)),)

    def begin(self, given: Given) -> RevertCallback:
        name, awslambda = given["function"], clients().lambda_
        handler = awslambda.get_function_configuration(FunctionName=name)["Handler"]
        if handler == NO_HANDLER:
            raise UsageError("a function with its handler", f"{name} broken", "heal it first")
        _set_handler(awslambda, name, NO_HANDLER)
        return lambda: _repair(awslambda, name, handler)


class NoConcurrencySwitch:
    """A function that may not run."""

    name: ClassVar[str] = "no-concurrency"
    title: ClassVar[str] = "A function may not run"
    does: ClassVar[str] = (
        "Its reserved concurrency is 0: events go to the failure destination at once, as AWS "
        "documents it for trying one."
    )

    def parameters(self, stacks: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        return (_chosen("function", "Function", ids_of(stacks, FUNCTION)),)

    def begin(self, given: Given) -> RevertCallback:
        name, awslambda = given["function"], clients().lambda_
        found = awslambda.get_function_concurrency(FunctionName=name)
        before = found.get("ReservedConcurrentExecutions")
        if before == 0:
            raise UsageError("a function that may run", f"{name} with 0 reserved", "leave it")
        awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        if before is None:
            return lambda: _unless_gone(awslambda, "delete_function_concurrency", FunctionName=name)
        return lambda: _unless_gone(
            awslambda,
            "put_function_concurrency",
            FunctionName=name,
            ReservedConcurrentExecutions=before,
        )


class PermissionRemovedSwitch:
    """A role that may do less than its policies say."""

    name: ClassVar[str] = "permission-removed"
    title: ClassVar[str] = "A permission is missing"
    does: ClassVar[str] = (
        "An explicit denial beside the role's own policies, of which none is touched. It "
        "outweighs whatever they allow."
    )

    def parameters(self, stacks: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        roles = ids_of(stacks, ROLE)
        actions = sorted({grant.action for role in roles for grant in grants_of_role(role)})
        return (_chosen("role", "Role", roles), _chosen("action", "Action", actions))

    def begin(self, given: Given) -> RevertCallback:
        role, action, iam = given["role"], given["action"], clients().iam
        policy = f"{POLICY}-{action.replace(':', '-').replace('*', 'all')}"
        if policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            raise UsageError(f"{role} without {policy}", "it", "heal that first")
        statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)
        return lambda: _unless_gone(iam, "delete_role_policy", RoleName=role, PolicyName=policy)


class UnconfirmedAddressSwitch:
    """An address that has not confirmed, whatever its reader did."""

    name: ClassVar[str] = "unconfirmed-address"
    title: ClassVar[str] = "An address is not confirmed"
    does: ClassVar[str] = "What is published to its topic does not reach it, and nobody is told so."

    def parameters(self, stacks: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        topics = set(ids_of(stacks, TOPIC))
        found = [
            arn
            for arn, entry in list(_subscriptions().items())
            if entry["TopicArn"] in topics and is_confirmed(entry)
        ]
        return (_chosen("subscription", "Subscription", found),)

    def begin(self, given: Given) -> RevertCallback:
        arn = given["subscription"]
        set_confirmed(arn, confirmed=False)

        def heal() -> None:
            with suppress(LookupError):  # somebody has deleted it
                set_confirmed(arn, confirmed=True)

        return heal


def _subscriptions() -> dict[str, Any]:
    found: Any = sns_stores[ACCOUNT][REGION].subscriptions
    return dict(found)


def _repair(awslambda: Any, name: str, handler: str) -> None:
    """Gives the function its handler back, where nobody has given it another one meanwhile."""
    with suppress(awslambda.exceptions.ResourceNotFoundException):
        if awslambda.get_function_configuration(FunctionName=name)["Handler"] == NO_HANDLER:
            _set_handler(awslambda, name, handler)


def _set_handler(awslambda: Any, name: str, handler: str) -> None:
    """Returns when it is in force."""
    awslambda.update_function_configuration(FunctionName=name, Handler=handler)
    waiter = awslambda.get_waiter("function_updated_v2")
    waiter.wait(FunctionName=name, WaiterConfig=UPDATED)


def _unless_gone(client: Any, operation: str, **parameters: object) -> None:
    """Does it; what somebody has deleted needs no healing."""
    missing = getattr(client.exceptions, "NoSuchEntityException", None) or (
        client.exceptions.ResourceNotFoundException
    )
    with suppress(missing):
        getattr(client, operation)(**parameters)
