"""The value of any condition key for an action, or that it is absent, or that it is not known.

A key that AWS's table does not list for the action is absent from the request, as is one that no
request to a sandbox has. What remains unknown is what AWS would fill in and Wavetank does not.
"""

from collections.abc import Callable, Mapping

from wavetank.emulator.iam_enforcement.keys import dynamodb, general, parameters, s3
from wavetank.emulator.iam_enforcement.keys.circumstances import (
    ABSENT,
    Circumstances,
    Values,
    values_of,
)
from wavetank.emulator.iam_enforcement.reference import find_action, general_key, known_keys

WITH_NAME: Mapping[str, Callable[[Circumstances, str], Values]] = {
    "aws:requesttag/": general.request_tag,
    "aws:resourcetag/": general.resource_tag,
    "iam:resourcetag/": parameters.identity_tag,
    "s3:existingobjecttag/": s3.existing_object_tag,
    "s3:requestobjecttag/": s3.request_object_tag,
}
READ: Mapping[str, Callable[[Circumstances], Values]] = {
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
"""Keys whose value may be another for each item of a call."""


def find_values(key: str, found: Circumstances) -> Values:
    """The values of a key in lower case: none where it is absent, None where it is not known."""
    of_need = {name.lower(): values for name, values in found.need.context.items()}
    if key in of_need:
        return of_need[key]
    if key in general.GENERAL:
        return general.GENERAL[key](found)
    if key.startswith("aws:principaltag/"):
        return general.principal_tag(found, key.partition("/")[2])
    of_principal = {name.lower(): values for name, values in found.principal.context().items()}
    if key in of_principal:
        return of_principal[key]
    if key in general.NEVER or key.startswith(parameters.NEVER_PREFIXES):
        return ABSENT
    return _of_action(key, found)


def _of_action(key: str, found: Circumstances) -> Values:
    action, of_all = find_action(found.need.action), general_key(key)
    if action is None:
        return None
    if of_all not in action.keys:
        return ABSENT if of_all in known_keys() else None
    if of_all in WITH_NAME:
        return WITH_NAME[of_all](found, key.partition("/")[2])
    if key in READ:
        return READ[key](found)
    if key in OF_PARAMETERS:
        name = OF_PARAMETERS[key]
        return values_of(found.parameters.get(name, found.call.parameters.get(name)))
    return ABSENT if of_all in NEVER else None
