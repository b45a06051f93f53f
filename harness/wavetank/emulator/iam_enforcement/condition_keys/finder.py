"""Finds the value of any condition key for an action, or that it is absent or unknown.

A key that AWS's table does not list for the action is absent from the request, and so is one that
no request to a sandbox can have. Unknown are keys that AWS would fill in and Wavetank does not.
"""

from collections.abc import Callable, Mapping

from wavetank.emulator.iam_enforcement.condition_keys import dynamodb, general, parameters, s3
from wavetank.emulator.iam_enforcement.condition_keys.action_context import (
    ABSENT,
    ActionContext,
    Values,
    values_of,
)
from wavetank.emulator.iam_enforcement.reference import find_action, general_key, known_keys

WITH_NAME: Mapping[str, Callable[[ActionContext, str], Values]] = {
    "aws:requesttag/": general.request_tag,
    "aws:resourcetag/": general.resource_tag,
    "iam:resourcetag/": parameters.identity_tag,
    "s3:existingobjecttag/": s3.existing_object_tag,
    "s3:requestobjecttag/": s3.request_object_tag,
}
READ: Mapping[str, Callable[[ActionContext], Values]] = {
    "aws:tagkeys": general.tag_keys,
    "dynamodb:attributes": dynamodb.attributes,
    "dynamodb:leadingkeys": dynamodb.leading_keys,
    **s3.READ,
    **parameters.READ,
}
OF_PARAMETERS: Mapping[str, str] = {**s3.PARAMETERS, **parameters.PARAMETERS}
NEVER = s3.NEVER | parameters.NEVER
BY_DETAIL = frozenset(
    {
        *("dynamodb:attributes", "dynamodb:leadingkeys", "dynamodb:returnvalues"),
        *("events:detail-type", "events:source", "dynamodb:select"),
    }
)
"""Keys whose value may differ for each item of a call."""


def find_values(key: str, context: ActionContext) -> Values:
    """The values of a key in lower case: none if it is absent, None if it is not known."""
    of_required = {name.lower(): values for name, values in context.required.context.items()}
    if key in of_required:
        return of_required[key]
    if key in general.GENERAL:
        return general.GENERAL[key](context)
    if key.startswith("aws:principaltag/"):
        return general.principal_tag(context, key.partition("/")[2])
    of_principal = {name.lower(): values for name, values in context.principal.context().items()}
    if key in of_principal:
        return of_principal[key]
    if key in general.NEVER or key.startswith(parameters.NEVER_PREFIXES):
        return ABSENT
    return _of_action(key, context)


def _of_action(key: str, context: ActionContext) -> Values:
    action, of_all = find_action(context.required.action), general_key(key)
    if action is None:
        return None
    if of_all not in action.keys:
        return ABSENT if of_all in known_keys() else None
    if of_all in WITH_NAME:
        return WITH_NAME[of_all](context, key.partition("/")[2])
    if key in READ:
        return READ[key](context)
    if key in OF_PARAMETERS:
        name = OF_PARAMETERS[key]
        return values_of(context.parameters.get(name, context.call.parameters.get(name)))
    return ABSENT if of_all in NEVER else None
