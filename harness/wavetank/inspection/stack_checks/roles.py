"""Checks of execution roles: trusted by Lambda, and not denied what functions do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wavetank.core.findings import Finding
from wavetank.core.iam_report import Grant, Use, uses_of
from wavetank.inspection.access.role_policies import granted
from wavetank.inspection.stack_checks.checked_stack import CheckedStack, invalid, valid
from wavetank.inspection.stack_checks.resource_policies import trusts

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

LAMBDA = "lambda.amazonaws.com"
SHOWN_MAX = 5


def roles(checked: CheckedStack) -> Iterator[Finding]:
    """One finding for each function."""
    for name, function in checked.functions.items():
        yield _role(checked, name, function)


def _role(
    checked: CheckedStack, name: str, function: "FunctionConfigurationResponseTypeDef"
) -> Finding:
    requirement = f"the role of {name} permits what it does"
    role = function["Role"].rpartition("/")[2]
    document = checked.aws.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    if not trusts(document, LAMBDA):
        return invalid(requirement, f"{role} does not trust {LAMBDA}", "correct its trust policy")
    if checked.access_uses is None:
        return valid(requirement, f"{LAMBDA} may assume {role}; policies are not enforced")
    uses = list(uses_of(role, checked.access_uses))
    grants = list(granted(checked.aws, role))
    denied = [use for use in uses if not use.allowed and not _is_granted(use, grants)]
    if denied:
        shown = ", ".join(f"{use.action} on {use.resource}" for use in denied[:SHOWN_MAX])
        return invalid(requirement, f"denied: {shown}", f"permit it in a policy of {role}")
    allowed = len({use.action for use in uses if use.allowed})
    return valid(requirement, f"{LAMBDA} may assume {role}; {allowed} actions used, none denied")


def _is_granted(use: Use, grants: list[Grant]) -> bool:
    """Whether a policy permits now what was denied before."""
    return any(grant.covers(use) for grant in grants)
