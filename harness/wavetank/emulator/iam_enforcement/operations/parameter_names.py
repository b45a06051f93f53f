"""Which parameters of a call name a resource, for services without a table of their own.

AWS's authorization table has the form of each resource's ARN. A call names the resource by a
parameter that is called like a placeholder of that ARN or like the type: `repositoryName` for
`repository/${RepositoryName}`, `SecretId` for a `Secret`, `stateMachineArn` for a `statemachine`.
[Service Authorization Reference]
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wavetank.emulator.iam_enforcement.reference import IamResourceType

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
SCOPE = frozenset({"Partition", "Region", "Account"})
SUFFIXES = ("", "name", "names", "id", "ids", "arn", "arns")
ALWAYS = ("resourcearn", "resourceid", "arn", "name", "names")
"""What most services call the only resource of an operation."""
QUALIFIERS = ("WithoutLeadingSlash", "NameAnd", "6RandomCharacters")
"""Parts of placeholders that describe the value: `ParameterNameWithoutLeadingSlash`."""

IN_FULL: Mapping[str, str] = {"appid": "applicationid"}
"""Parameters of Pinpoint are called otherwise than the placeholders."""


def naming_parameters(kind: IamResourceType, parameters: Mapping[str, Any]) -> Iterator[str]:
    """The parameters that may name a resource of the type, the most specific first."""
    by_name = {name.lower(): name for name in parameters}
    for word in (*_words(kind), *ALWAYS):
        if word in by_name:
            yield by_name[word]


def _words(kind: IamResourceType) -> Iterator[str]:
    """In lower case: placeholders of the ARN as they are, then each word with each suffix."""
    placeholders = [name for name in PLACEHOLDER.findall(kind.arn) if name not in SCOPE]
    for qualifier in QUALIFIERS:
        placeholders = [name.replace(qualifier, "") for name in placeholders]
    for placeholder in map(str.lower, placeholders):
        yield placeholder
        if placeholder in IN_FULL:
            yield IN_FULL[placeholder]
    stems = [re.sub(r"(Name|Id)$", "", name) for name in placeholders]
    for stem in (*stems, re.sub(r"\W", "", kind.name)):
        yield from (f"{stem}{suffix}".lower() for suffix in SUFFIXES)
