"""Deleting many objects by one call: S3 decides on each, and answers for each.

What is denied is taken out of the call before S3 has it, and put into its answer as an error.
[Amazon S3 API reference, DeleteObjects: Errors]
"""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import RequestContext

DENIED = "wavetank.denied_deletions"
"""Where WSGI's environment of a request keeps the errors."""


def take_out(context: RequestContext, denied: Mapping[int, str]) -> None:
    """Takes objects out of the call, by their places in it; each has a message why."""
    parameters: Any = context.service_request
    wanted = parameters["Delete"]["Objects"]
    context.request.environ[DENIED] = [
        {**_named(wanted[place]), "Code": "AccessDenied", "Message": message}
        for place, message in denied.items()
    ]
    allowed = [entry for place, entry in enumerate(wanted) if place not in denied]
    parameters["Delete"] = {**parameters["Delete"], "Objects": allowed}


def answer_for_each(context: RequestContext, delete: Callable[[], Any]) -> Any:
    """The answer to the call: S3's, where anything was left to `delete`, with the errors."""
    errors = context.request.environ.get(DENIED)
    if errors is None:
        return delete()
    parameters: Any = context.service_request
    found = delete() if parameters["Delete"]["Objects"] else {}
    return {**found, "Errors": [*found.get("Errors", ()), *errors]}


def _named(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("Key", "VersionId") if entry.get(name)}
