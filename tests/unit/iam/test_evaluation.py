"""Who may do what: own and other accounts, services and strangers.

[IAM user guide, reference_policies_evaluation-logic]
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.unit.iam.policies import (
    BUCKET,
    OBJECT,
    OWNER,
    STRANGER,
    allow,
    bucket,
    deny,
    document,
    identity,
    root,
    session,
    user,
)
from wavetank.iam.evaluation import Decision, DecisionReason, decide
from wavetank.iam.policy import Policy, PolicyKind, parse_policy
from wavetank.iam.request import (
    ANONYMOUS,
    AccessRequest,
    Principal,
    PrincipalType,
    service,
)

READS = identity(allow())
ROOT_ARN = f"arn:aws:iam::{OWNER}:root"
TLS = {"aws:SecureTransport": ("true",)}
EVENTS = service("events.amazonaws.com")
FEDERATED = Principal(
    type=PrincipalType.FEDERATED_USER,
    arn=f"arn:aws:sts::{OWNER}:federated-user/ada",
    account=OWNER,
    user_id=f"{OWNER}:ada",
)


def _decide(
    principal: Principal,
    *,
    mine: Policy | None = None,
    theirs: Policy | None = None,
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    context: Mapping[str, tuple[str, ...]] | None = None,
) -> Decision:
    """The decision about a request to the owner's bucket, of someone with one policy or none."""
    request = AccessRequest(
        principal=principal, action=action, resource=resource, context=context or {}
    )
    return decide(request, identity=[mine] if mine else [], resource=theirs, owner=OWNER)


def _reason(
    principal: Principal, *, mine: Policy | None = None, theirs: Policy | None
) -> DecisionReason:
    return _decide(principal, mine=mine, theirs=theirs).reason


def _administered(principal: Principal, theirs: Policy | None) -> DecisionReason:
    request = AccessRequest(principal=principal, action="s3:GetObject", resource=OBJECT)
    return decide(request, identity=None, resource=theirs, owner=OWNER).reason


def test_within_an_account_one_allowing_side_is_enough() -> None:
    """The identity's policy or the bucket's; without either the request is denied."""
    assert _reason(session(), mine=READS, theirs=None) is DecisionReason.ALLOWED_BY_IDENTITY
    assert _reason(session(), theirs=bucket(allow())) is DecisionReason.ALLOWED_BY_RESOURCE
    assert _reason(session(), theirs=None) is DecisionReason.NO_IDENTITY_ALLOW


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (OWNER, DecisionReason.NO_IDENTITY_ALLOW),
        (ROOT_ARN, DecisionReason.NO_IDENTITY_ALLOW),
        ("*", DecisionReason.ALLOWED_BY_RESOURCE),
        (f"arn:aws:iam::{OWNER}:role/streaming", DecisionReason.ALLOWED_BY_RESOURCE),
        (f"arn:aws:sts::{OWNER}:assumed-role/streaming/run", DecisionReason.ALLOWED_BY_RESOURCE),
        ("AROA" + "X" * 17, DecisionReason.ALLOWED_BY_RESOURCE),
        (f"arn:aws:iam::{OWNER}:role/other", DecisionReason.NO_IDENTITY_ALLOW),
        (f"arn:aws:sts::{OWNER}:assumed-role/streaming/other", DecisionReason.NO_IDENTITY_ALLOW),
    ],
)
def test_naming_the_account_only_delegates(name: str, reason: DecisionReason) -> None:
    """Naming the role or its session allows by itself, naming the account does not."""
    theirs = bucket(allow(Principal={"AWS": name}))
    assert _reason(session(), theirs=theirs) is reason
    assert _reason(session(), mine=READS, theirs=theirs).name.startswith("ALLOWED")


def test_across_accounts_both_sides_must_allow() -> None:
    """The side that does not allow it is named, the caller's first."""
    for named in ("*", STRANGER, user(STRANGER).arn):
        theirs = bucket(allow(Principal={"AWS": named}))
        assert (
            _reason(user(STRANGER), mine=READS, theirs=theirs) is DecisionReason.ALLOWED_BY_RESOURCE
        )
        assert _reason(user(STRANGER), theirs=theirs) is DecisionReason.NO_IDENTITY_ALLOW
    assert _reason(user(STRANGER), mine=READS, theirs=None) is DecisionReason.NO_RESOURCE_ALLOW
    named_other = bucket(allow(Principal={"AWS": OWNER}))
    assert (
        _reason(user(STRANGER), mine=READS, theirs=named_other) is DecisionReason.NO_RESOURCE_ALLOW
    )


def test_an_administrators_own_side_allows_everything() -> None:
    """In the own account unless the bucket denies, in another if the bucket allows."""
    assert _administered(root(), None) is DecisionReason.ALLOWED_BY_IDENTITY
    assert _administered(root(), bucket(deny())) is DecisionReason.EXPLICIT_DENY_RESOURCE
    assert _administered(root(STRANGER), None) is DecisionReason.NO_RESOURCE_ALLOW
    assert _administered(root(STRANGER), bucket(allow())) is DecisionReason.ALLOWED_BY_RESOURCE


def test_for_services_and_anonymous_callers_the_resource_decides() -> None:
    """A service is named by its name, an anonymous caller only by everyone."""
    to_events = bucket(allow(Principal={"Service": "events.amazonaws.com"}))
    assert _reason(EVENTS, theirs=to_events) is DecisionReason.ALLOWED_BY_RESOURCE
    assert (
        _reason(service("sns.amazonaws.com"), theirs=to_events) is DecisionReason.NO_RESOURCE_ALLOW
    )
    assert _reason(ANONYMOUS, theirs=to_events) is DecisionReason.NO_RESOURCE_ALLOW
    to_logs = bucket(allow(Principal={"Service": "logs.eu-west-1.amazonaws.com"}))
    assert _reason(service("logs.amazonaws.com"), theirs=to_logs) is (
        DecisionReason.ALLOWED_BY_RESOURCE
    )
    assert _reason(ANONYMOUS, theirs=bucket(allow())) is DecisionReason.ALLOWED_BY_RESOURCE
    assert _reason(ANONYMOUS, theirs=bucket(allow(Principal={"AWS": OWNER}))) is (
        DecisionReason.NO_RESOURCE_ALLOW
    )


def test_an_explicit_deny_wins_and_is_named() -> None:
    """On either side, whatever allows, and with the Sid of the statement."""
    everything = {"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*"}
    denied = _decide(session(), mine=identity(allow(), everything), theirs=bucket(allow()))
    assert denied == Decision(
        allowed=False, reason=DecisionReason.EXPLICIT_DENY_IDENTITY, detail="No"
    )
    account = bucket(allow(), deny(Sid="Never", Principal={"AWS": OWNER}))
    denied = _decide(session(), mine=READS, theirs=account)
    assert denied == Decision(
        allowed=False, reason=DecisionReason.EXPLICIT_DENY_RESOURCE, detail="Never"
    )


def test_the_deciding_statement_is_named() -> None:
    """By its Sid, if it has one."""
    decision = _decide(session(), mine=identity(allow(Action="s3:Put*"), allow(Sid="Reads")))
    assert decision == Decision(
        allowed=True, reason=DecisionReason.ALLOWED_BY_IDENTITY, detail="Reads"
    )


def test_a_negated_element_applies_to_what_is_not_listed() -> None:
    """NotAction and NotResource."""
    element = {"Effect": "Allow", "NotAction": "S3:put*", "NotResource": f"{BUCKET}/secret*"}
    mine = identity(element)
    assert _decide(user(), mine=mine).allowed
    assert not _decide(user(), mine=mine, action="s3:PutObject").allowed
    assert not _decide(user(), mine=mine, resource=f"{BUCKET}/secret/x").allowed


@pytest.mark.parametrize(
    ("spared", "is_denied"),
    [
        ([f"arn:aws:iam::{OWNER}:role/streaming", session().arn, OWNER], False),
        ([f"arn:aws:iam::{OWNER}:role/streaming", session().arn], True),
        ([session().arn, ROOT_ARN], True),
        (["*"], False),
    ],
)
def test_a_principal_exempt_from_a_deny_is_named_in_full(
    spared: list[str], is_denied: object
) -> None:
    """Account, role and session: AWS denies a principal named by fewer."""
    theirs = bucket(deny(NotPrincipal={"AWS": spared}))
    reason = _reason(session(), mine=READS, theirs=theirs)
    assert (reason is DecisionReason.EXPLICIT_DENY_RESOURCE) is is_denied


def test_a_deny_of_all_others_exempts_the_named_service_only() -> None:
    """An anonymous caller has no name by which it could be exempt."""
    theirs = bucket(allow(), deny(NotPrincipal={"Service": "events.amazonaws.com"}))
    assert _reason(EVENTS, theirs=theirs) is DecisionReason.ALLOWED_BY_RESOURCE
    assert _reason(ANONYMOUS, theirs=theirs) is DecisionReason.EXPLICIT_DENY_RESOURCE


def test_an_allow_of_all_others_excludes_anyone_named() -> None:
    """An allowing NotPrincipal excludes whomever it names, even if only by the account."""
    theirs = bucket(allow(NotPrincipal={"AWS": OWNER}))
    assert _reason(session(), theirs=theirs) is DecisionReason.NO_IDENTITY_ALLOW
    assert _reason(user(STRANGER), mine=READS, theirs=theirs) is DecisionReason.ALLOWED_BY_RESOURCE


def test_a_role_is_assumed_only_by_principals_of_its_trust_policy() -> None:
    """Even in its own account, whatever the identity's policies allow."""
    mine = identity(allow(Action="sts:AssumeRole"))
    role = f"arn:aws:iam::{OWNER}:role/streaming"

    def reason(principal: Principal, named: object, mine: Policy | None) -> DecisionReason:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": named}
        trust = parse_policy(document(statement), PolicyKind.TRUST)
        return _decide(
            principal, mine=mine, theirs=trust, action="sts:AssumeRole", resource=role
        ).reason

    to_lambda = {"Service": "lambda.amazonaws.com"}
    assert (
        reason(service("lambda.amazonaws.com"), to_lambda, None)
        is DecisionReason.ALLOWED_BY_RESOURCE
    )
    assert reason(user(), to_lambda, mine) is DecisionReason.NO_RESOURCE_ALLOW
    assert reason(user(), {"AWS": OWNER}, mine) is DecisionReason.ALLOWED_BY_RESOURCE
    assert reason(user(), {"AWS": OWNER}, None) is DecisionReason.NO_IDENTITY_ALLOW
    assert reason(user(), {"AWS": user().arn}, None) is DecisionReason.ALLOWED_BY_RESOURCE


@pytest.mark.parametrize(
    ("principal", "known"),
    [
        (root(), ("Account", ROOT_ARN, OWNER, OWNER, None)),
        (user(), ("User", user().arn, OWNER, "AIDAEXAMPLE", "ada")),
        (FEDERATED, ("FederatedUser", FEDERATED.arn, OWNER, f"{OWNER}:ada", None)),
        (
            session(),
            (
                "AssumedRole",
                f"arn:aws:iam::{OWNER}:role/streaming",
                OWNER,
                f"AROA{'X' * 17}:run",
                None,
            ),
        ),
        (ANONYMOUS, ("Anonymous", None, "anonymous", "anonymous", None)),
        (EVENTS, ("Service", None, None, None, None)),
    ],
)
def test_the_principal_provides_its_condition_keys(
    principal: Principal, known: tuple[str | None, ...]
) -> None:
    """A session has the ARN of its role, and keys without a value on AWS are known to be absent."""
    keys = ("principaltype", "principalarn", "principalaccount", "userid", "username")
    context = AccessRequest(principal=principal, action="s3:GetObject", resource="*").known()
    assert tuple(context[f"aws:{key}"] for key in keys) == tuple(
        () if value is None else (value,) for value in known
    )


def test_the_context_overrides_keys_of_the_principal() -> None:
    """Whatever the case of the key, and including absence."""
    mine = identity(allow(Condition={"StringEquals": {"aws:userid": "x"}}))
    assert _decide(user(), mine=mine, context={"AWS:UserID": ("x",)}).allowed
    gone = _decide(user(), mine=mine, context={"aws:userid": ()})
    assert gone.reason is DecisionReason.NO_IDENTITY_ALLOW


def test_variables_are_replaced_by_values_of_the_principal() -> None:
    """A user reads its own folder, and no role or other user reads it."""
    theirs = bucket(allow(Resource=f"{BUCKET}/${{aws:username}}/*"))
    folder = f"{BUCKET}/ada/x"
    assert _decide(user(name="ada"), theirs=theirs, resource=folder).allowed
    assert not _decide(user(name="eve"), theirs=theirs, resource=folder).allowed
    assert (
        _decide(session(), theirs=theirs, resource=folder).reason
        is DecisionReason.NO_IDENTITY_ALLOW
    )


def test_a_statement_with_a_variable_without_value_is_ignored() -> None:
    """Whatever its other elements and values, also if it denies; a default is a value."""
    void = bucket(deny(Resource=["*", f"{BUCKET}/${{aws:username}}"]))
    assert _decide(session(), mine=READS, theirs=void).allowed
    theirs = bucket(deny(Resource=f"{BUCKET}/${{aws:username, 'nobody'}}"))
    assert not _decide(session(), mine=READS, theirs=theirs, resource=f"{BUCKET}/nobody").allowed


@pytest.mark.parametrize(
    "elements",
    [
        {"Condition": {"StringEquals": {"s3:ExistingObjectTag/x": "y"}}},
        {"Condition": {"StringNotEqualsIfExists": {"s3:ExistingObjectTag/x": "y"}}},
        {"Condition": {"StringEquals": {"aws:userid": "${s3:ExistingObjectTag/x}"}}},
        {"Resource": "arn:aws:s3:::*/${s3:ExistingObjectTag/x}"},
    ],
)
def test_an_unknown_key_denies_and_is_named(elements: dict[str, Any]) -> None:
    """An unknown key neither allows nor hides a denial."""
    unknown = Decision(
        allowed=False, reason=DecisionReason.UNKNOWN, detail="s3:ExistingObjectTag/x"
    )
    assert _decide(user(), mine=identity(allow(**elements))) == unknown
    assert _decide(user(), theirs=bucket(allow(**elements))) == unknown
    assert _decide(ANONYMOUS, theirs=bucket(allow(**elements)), context={"aws:userid": ("x",)}) == (
        unknown
    )
    assert _decide(user(), mine=READS, theirs=bucket(deny(**elements))) == unknown
    assert _decide(user(STRANGER), mine=READS, theirs=bucket(allow(**elements))) == unknown


def test_an_unknown_key_that_decides_nothing_is_no_reason() -> None:
    """Another statement allows, or another part of the statement does not match."""
    condition = {"StringEquals": {"s3:ExistingObjectTag/x": "y"}}
    assert _decide(user(), mine=identity(allow(Condition=condition), allow())).allowed
    other = identity(allow(Action="s3:PutObject", Condition=condition))
    assert _reason(user(), mine=other, theirs=None) is DecisionReason.NO_IDENTITY_ALLOW
    both = {"Bool": {"aws:x": "true"}, "StringEquals": {"aws:username": "eve"}}
    assert _reason(user(), mine=READS, theirs=bucket(deny(Condition=both))) is (
        DecisionReason.ALLOWED_BY_IDENTITY
    )
    elsewhere = bucket(allow(Condition=condition))
    assert _reason(user(STRANGER), theirs=elsewhere) is DecisionReason.NO_IDENTITY_ALLOW


def _delivery_bucket_policy() -> Policy:
    """The policy of init/storage.yaml, its references resolved as CloudFormation would."""
    resources = yaml_parse(Path("init/storage.yaml").read_text())["Resources"]
    text = json.dumps(resources["DeliveryBucketPolicy"]["Properties"]["PolicyDocument"])
    for written in (["DeliveryBucket", "Arn"], "DeliveryBucket.Arn"):
        text = text.replace(json.dumps({"Fn::GetAtt": written}), json.dumps(BUCKET))
    text = text.replace(
        json.dumps({"Fn::Sub": "${DeliveryBucket.Arn}/*"}), json.dumps(f"{BUCKET}/*")
    )
    assert "Fn::" not in text
    return parse_policy(text, PolicyKind.RESOURCE)


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"])
@pytest.mark.parametrize(
    "principal", [root(STRANGER), user(STRANGER), session(STRANGER), session()]
)
def test_the_delivery_bucket_is_readable_by_any_account(principal: Principal, action: str) -> None:
    """By its root, users and roles, as far as their own policies go, and only with TLS."""
    mine = identity(allow(Action="s3:*"))
    resource = OBJECT if action == "s3:GetObject" else BUCKET
    theirs = _delivery_bucket_policy()

    def decided(tls: str) -> Decision:
        context = {"aws:SecureTransport": (tls,)}
        return _decide(
            principal, mine=mine, theirs=theirs, action=action, resource=resource, context=context
        )

    assert decided("true").allowed
    assert decided("false").detail == "NobodyWithoutTls"


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:DeleteObject", "s3:GetObjectAcl"])
def test_the_delivery_bucket_is_not_writable_by_strangers(action: str) -> None:
    """Whatever their own account allows them."""
    mine, theirs = identity(allow(Action="*")), _delivery_bucket_policy()
    stranger = _decide(user(STRANGER), mine=mine, theirs=theirs, action=action, context=TLS)
    assert stranger.reason is DecisionReason.NO_RESOURCE_ALLOW
    assert _decide(user(), mine=mine, theirs=theirs, action=action, context=TLS).allowed


def test_the_delivery_bucket_denies_anonymous_callers_and_services() -> None:
    """The one is denied, the others are not among those allowed."""
    theirs = _delivery_bucket_policy()
    denied = Decision(
        allowed=False, reason=DecisionReason.EXPLICIT_DENY_RESOURCE, detail="NeverAnonymous"
    )
    assert _decide(ANONYMOUS, theirs=theirs, context=TLS) == denied
    assert _decide(EVENTS, theirs=theirs, context=TLS).reason is DecisionReason.NO_RESOURCE_ALLOW
