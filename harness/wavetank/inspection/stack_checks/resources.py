"""Checks of the stacks themselves: deployed, and the last update not rolled back."""

from collections.abc import Iterator

from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.deployment.stack_waiter import find_stack
from wavetank.inspection.stack_checks.checked_stack import CheckedStack, invalid, valid

COMPLETE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
FAILED = "_FAILED"


def stacks(checked: CheckedStack) -> Iterator[Finding]:
    """Each stack with its status, and the reasons of what failed in it."""
    for name in checked.stacks.roots:
        requirement = f"stack {name} is deployed"
        found = find_stack(checked.aws.cloudformation, name)
        own = [each for each in checked.stacks.resources if each.stack == name]
        if found is not None and found["StackStatus"] in COMPLETE:
            yield valid(requirement, f"{found['StackStatus']}, {pluralize(len(own), 'resource')}")
            continue
        status = found["StackStatus"] if found else "missing"
        reasons = [
            f"{each.logical_id} {each.reason or each.status}"
            for each in own
            if each.status.endswith(FAILED)
        ] or [found.get("StackStatusReason", "") if found else ""]
        evidence = ": ".join(part for part in (status, "; ".join(reasons)) if part)
        yield invalid(requirement, evidence, "correct what the reason names, then deploy again")
