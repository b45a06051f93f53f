"""Readers that a bucket's policy allows, one box for each kind, since it names no one."""

from collections.abc import Iterator
from typing import Any

from wavetank.reporting.diagram.graph import BoxKind, Node
from wavetank.reporting.diagram.role_permissions import allowed, is_reading
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.references import TemplateScope

ANYBODY = Node("Anybody", BoxKind.READERS, "Anybody", "without credentials too")
ANY_ACCOUNT = Node("AnyAccount", BoxKind.READERS, "Any AWS account", "authenticated")


def readers_of(scope: TemplateScope, document: Any) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Each kind of reader, with its allowed actions."""
    granted: dict[Node, list[str]] = {}
    for statement in map(as_table, as_list(as_table(document).get("Statement"))):
        for who in _who(scope, statement):
            actions = [permission.name for permission in allowed({"Statement": statement})]
            granted.setdefault(who, []).extend(actions)
    for who, actions in granted.items():
        if actions:
            note = "reads, never writes" if all(map(is_reading, actions)) else "reads and writes"
            noted = Node(who.id, who.kind, who.service, who.name, (note,))
            yield noted, tuple(dict.fromkeys(actions))


def _who(scope: TemplateScope, statement: dict[str, Any]) -> Iterator[Node]:
    """The principals of a statement; services are not readers."""
    written = statement.get("Principal")
    names = [written] if isinstance(written, str) else as_list(as_table(written).get("AWS"))
    for name in names:
        if name == "*":
            yield ANY_ACCOUNT if _is_of_accounts(statement) else ANYBODY
        else:
            text = scope.text(name) or "another account"
            yield Node(f"Account{text}", BoxKind.READERS, "AWS account", text.rpartition(":")[2])


def _is_of_accounts(statement: dict[str, Any]) -> bool:
    """Whether only authenticated callers are allowed, by the listed types of principal."""
    listed = as_table(as_table(statement.get("Condition")).get("StringEquals"))
    types = as_list(listed.get("aws:PrincipalType"))
    return bool(types) and "Anonymous" not in types
