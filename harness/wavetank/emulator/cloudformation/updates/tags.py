"""Tags in the forms that the services take."""

from collections.abc import Callable, Mapping
from typing import Any

from wavetank.emulator.cloudformation.updates.call import Apply, UpdateCall

type Identify = Callable[[UpdateCall], Any]


def tag_map(value: Any) -> dict[str, str]:
    """The tags of a template, which has them as a list or as a map."""
    if isinstance(value, Mapping):
        return {str(key): str(text) for key, text in value.items()}
    return {str(tag["Key"]): str(tag["Value"]) for tag in value or []}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags in the form that most services take."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def attribute(name: str) -> Identify:
    """Reads the identifier that the service uses from an attribute of the deployed model."""
    return lambda call: call.model[name]


def tagged(
    service: str,
    identify: Identify,
    *,
    resource: str = "ResourceArn",
    tag: tuple[str, str] = ("tag_resource", "Tags"),
    untag: tuple[str, str] = ("untag_resource", "TagKeys"),
    form: Callable[[dict[str, str]], Any] = tag_list,
    untag_form: Callable[[list[str]], Any] = list,
    fixed: Mapping[str, Any] | None = None,
    wrap: Callable[[Any], Any] = lambda value: value,
    name: str = "Tags",
) -> Apply:
    """A function that sets tags with the service's two operations, each with its argument names."""

    def apply(call: UpdateCall) -> None:
        client = getattr(call.clients, service)
        new, gone = tag_changes(call, name)
        arguments = {resource: wrap(identify(call)), **(fixed or {})}
        if gone:
            getattr(client, untag[0])(**arguments, **{untag[1]: untag_form(gone)})
        if new:
            getattr(client, tag[0])(**arguments, **{tag[1]: form(new)})

    return apply


def tag_changes(call: UpdateCall, name: str = "Tags") -> tuple[dict[str, str], list[str]]:
    """The tags to set, and the keys of those to remove."""
    before, now = tag_map(call.before(name)), tag_map(call.now(name))
    new = {key: value for key, value in now.items() if before.get(key) != value}
    return new, [key for key in before if key not in now]
