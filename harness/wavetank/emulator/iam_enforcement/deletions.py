"""DeleteObjects: S3 decides about each object, and reports each result.

Denied objects are removed from the call before S3 receives it, and added to its response as errors.
[Amazon S3 API reference, DeleteObjects: Errors]
"""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import RequestContext

DENIED = "wavetank.denied_deletions"
"""The key of the errors in a request's WSGI environment."""


def remove_denied(context: RequestContext, denied: Mapping[int, str]) -> None:
    """Remove objects from the call, by their index in it; each has an error message."""
    parameters: Any = context.service_request
    wanted = parameters["Delete"]["Objects"]
    context.request.environ[DENIED] = [
        {**_named(wanted[index]), "Code": "AccessDenied", "Message": message}
        for index, message in denied.items()
    ]
    allowed = [entry for index, entry in enumerate(wanted) if index not in denied]
    parameters["Delete"] = {**parameters["Delete"], "Objects": allowed}


def delete_and_report(context: RequestContext, delete: Callable[[], Any]) -> Any:
    """The response: S3's result if any object is left to `delete`, with the errors added."""
    errors = context.request.environ.get(DENIED)
    if errors is None:
        return delete()
    parameters: Any = context.service_request
    found = delete() if parameters["Delete"]["Objects"] else {}
    return {**found, "Errors": [*found.get("Errors", ()), *errors]}


def _named(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("Key", "VersionId") if entry.get(name)}
