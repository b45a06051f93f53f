"""IAM roles, users, groups and policies.

LocalStack ignores a change of a role's inline policies, and recreates a role whose trust policy
changes. [CloudFormation template reference: AWS::IAM; IAM API reference]
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wavetank.emulator.cloudformation.updates.call import UpdatableType, UpdateCall, each
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

VERSIONS_MAX = 5
"""The number of versions that a managed policy can have. [IAM quotas]"""
KINDS = {"Roles": "role", "Users": "user", "Groups": "group"}


def _document(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _one(call: UpdateCall, kind: str) -> dict[str, Any]:
    name = f"{kind.title()}Name"
    return {name: call.model[name]}


def _inline(kind: str) -> Callable[[UpdateCall], None]:
    """Sets the inline policies of a role, user or group."""

    def apply(call: UpdateCall) -> None:
        before, now = _policies(call.before("Policies")), _policies(call.now("Policies"))
        for name in before.keys() - now.keys():
            _delete_inline(call, kind, _one(call, kind), name)
        for name, document in now.items():
            _put_inline(call, kind, _one(call, kind), name, document)

    return apply


def _policies(value: Any) -> dict[str, str]:
    return {entry["PolicyName"]: _document(entry["PolicyDocument"]) for entry in value or []}


def _put_inline(
    call: UpdateCall, kind: str, one: Mapping[str, Any], name: str, document: str
) -> None:
    put = getattr(call.clients.iam, f"put_{kind}_policy")
    put(**one, PolicyName=name, PolicyDocument=document)


def _delete_inline(call: UpdateCall, kind: str, one: Mapping[str, Any], name: str) -> None:
    iam = call.clients.iam
    if name in getattr(iam, f"list_{kind}_policies")(**one)["PolicyNames"]:
        getattr(iam, f"delete_{kind}_policy")(**one, PolicyName=name)


def _managed(kind: str) -> Callable[[UpdateCall], None]:
    """Attaches and detaches the managed policies of a role, user or group."""

    def apply(call: UpdateCall) -> None:
        one, iam = _one(call, kind), call.clients.iam
        found = getattr(iam, f"list_attached_{kind}_policies")(**one)["AttachedPolicies"]
        attached = {entry["PolicyArn"] for entry in found}
        now = call.now("ManagedPolicyArns", [])
        for arn in now:
            if arn not in attached:
                getattr(iam, f"attach_{kind}_policy")(**one, PolicyArn=arn)
        for arn in call.before("ManagedPolicyArns", []):
            if arn not in now and arn in attached:
                getattr(iam, f"detach_{kind}_policy")(**one, PolicyArn=arn)

    return apply


def _bound(kind: str) -> Callable[[UpdateCall], None]:
    """Sets or removes the permissions boundary of a role or user."""

    def apply(call: UpdateCall) -> None:
        one, iam = _one(call, kind), call.clients.iam
        if arn := call.now("PermissionsBoundary"):
            getattr(iam, f"put_{kind}_permissions_boundary")(**one, PermissionsBoundary=arn)
        else:
            getattr(iam, f"delete_{kind}_permissions_boundary")(**one)

    return apply


def _trust(call: UpdateCall) -> None:
    call.clients.iam.update_assume_role_policy(
        RoleName=call.model["RoleName"],
        PolicyDocument=_document(call.desired["AssumeRolePolicyDocument"]),
    )


def _describe(call: UpdateCall) -> None:
    call.clients.iam.update_role(
        RoleName=call.model["RoleName"],
        Description=call.now("Description", ""),
        MaxSessionDuration=int(call.now("MaxSessionDuration", 3600)),
    )


def _join(call: UpdateCall) -> None:
    user, iam = call.model["UserName"], call.clients.iam
    before, now = call.before("Groups", []), call.now("Groups", [])
    for group in _without(before, now):
        iam.remove_user_from_group(UserName=user, GroupName=group)
    for group in _without(now, before):
        iam.add_user_to_group(UserName=user, GroupName=group)


def _delete(kind: str) -> Callable[[UpdateCall], None]:
    """Deletes a user or group with its policies, which make LocalStack's provider fail."""

    def apply(call: UpdateCall) -> None:
        one, iam = _one(call, kind), call.clients.iam
        for name in getattr(iam, f"list_{kind}_policies")(**one)["PolicyNames"]:
            getattr(iam, f"delete_{kind}_policy")(**one, PolicyName=name)
        found = getattr(iam, f"list_attached_{kind}_policies")(**one)["AttachedPolicies"]
        for entry in found:
            getattr(iam, f"detach_{kind}_policy")(**one, PolicyArn=entry["PolicyArn"])
        for group in call.before("Groups", []) if kind == "user" else []:
            iam.remove_user_from_group(**one, GroupName=group)
        getattr(iam, f"delete_{kind}")(**one)

    return apply


def _put_everywhere(call: UpdateCall) -> None:
    """Sets an inline policy of several roles, users and groups."""
    name, former = call.desired["PolicyName"], call.before("PolicyName")
    for member, kind in KINDS.items():
        now = call.now(member, [])
        gone = call.before(member, []) if former != name else _without(call.before(member, []), now)
        for entry in now:
            one = {f"{kind.title()}Name": entry}
            _put_inline(call, kind, one, name, _document(call.desired["PolicyDocument"]))
        for entry in gone:
            _delete_inline(call, kind, {f"{kind.title()}Name": entry}, former)


def _rewrite(call: UpdateCall) -> None:
    """Creates a new default version of a managed policy, and deletes the oldest at the quota."""
    arn, iam = call.model["Id"], call.clients.iam
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    others = [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]
    if len(versions) >= VERSIONS_MAX:
        oldest = min(others, key=lambda version: int(version.removeprefix("v")))
        iam.delete_policy_version(PolicyArn=arn, VersionId=oldest)
    document = _document(call.desired["PolicyDocument"])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)


def _attach(call: UpdateCall) -> None:
    """Attaches a managed policy to its roles, users and groups, and detaches it from others."""
    arn, iam = call.model["Id"], call.clients.iam
    for member, kind in KINDS.items():
        before, now = call.before(member, []), call.now(member, [])
        for entry in _without(now, before):
            getattr(iam, f"attach_{kind}_policy")(**{f"{kind.title()}Name": entry}, PolicyArn=arn)
        for entry in _without(before, now):
            getattr(iam, f"detach_{kind}_policy")(**{f"{kind.title()}Name": entry}, PolicyArn=arn)


def _profile(call: UpdateCall) -> None:
    name, iam = call.model["InstanceProfileName"], call.clients.iam
    before, now = call.before("Roles", []), call.now("Roles", [])
    for role in _without(before, now):
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
    for role in _without(now, before):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)


def _without(values: Iterable[str], others: Iterable[str]) -> list[str]:
    return [value for value in values if value not in set(others)]


TYPES = {
    "AWS::IAM::Group": UpdatableType(
        in_place={"ManagedPolicyArns": _managed("group"), "Policies": _inline("group")},
        at_creation=frozenset({"ManagedPolicyArns", "Policies"}),
        delete=_delete("group"),
    ),
    "AWS::IAM::InstanceProfile": UpdatableType(in_place={"Roles": _profile}),
    "AWS::IAM::ManagedPolicy": UpdatableType(
        in_place={"PolicyDocument": _rewrite, **each("Roles Users Groups", _attach)}
    ),
    "AWS::IAM::Policy": UpdatableType(
        in_place=each("PolicyName PolicyDocument Roles Users Groups", _put_everywhere)
    ),
    "AWS::IAM::Role": UpdatableType(
        in_place={
            "AssumeRolePolicyDocument": _trust,
            **each("Description MaxSessionDuration", _describe),
            "ManagedPolicyArns": _managed("role"),
            "PermissionsBoundary": _bound("role"),
            "Policies": _inline("role"),
            "Tags": tagged(
                "iam",
                attribute("RoleName"),
                resource="RoleName",
                tag=("tag_role", "Tags"),
                untag=("untag_role", "TagKeys"),
            ),
        }
    ),
    "AWS::IAM::User": UpdatableType(
        in_place={
            "Groups": _join,
            "ManagedPolicyArns": _managed("user"),
            "PermissionsBoundary": _bound("user"),
            "Policies": _inline("user"),
            "Tags": tagged(
                "iam",
                attribute("UserName"),
                resource="UserName",
                tag=("tag_user", "Tags"),
                untag=("untag_user", "TagKeys"),
            ),
        },
        at_creation=frozenset({"Policies"}),
        delete=_delete("user"),
    ),
}
