"""A decision that is remembered holds for what it was made of, and for nothing else."""

from dataclasses import replace

import pytest

from tests.unit.iam.policies import (
    BUCKET,
    OBJECT,
    OWNER,
    allow,
    deny,
    document,
    session,
)
from wavetank.emulator.iam_enforcement import decision_cache
from wavetank.emulator.iam_enforcement.decision_cache import Applying, condition_keys, decision
from wavetank.emulator.iam_enforcement.resource_policies import ProtectedResource
from wavetank.iam.evaluation import Decision
from wavetank.iam.policy_document import MalformedPolicyError
from wavetank.iam.request import AccessRequest

READS = (document(allow()),)
REQUEST = AccessRequest(
    principal=session(),
    action="s3:GetObject",
    resource=OBJECT,
    context={"aws:SecureTransport": ("true",)},
)
MINE = ProtectedResource(OWNER)


def _decision(
    request: AccessRequest, identity: tuple[str, ...], resource: ProtectedResource
) -> Decision:
    return decision(request, Applying(identity), resource)


def test_the_same_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time nothing is evaluated."""
    request = replace(REQUEST, resource=f"{BUCKET}/once")
    first = _decision(request, READS, MINE)
    monkeypatch.delattr(decision_cache, "decide")
    assert _decision(request, READS, MINE) is first


def test_whatever_changes_is_decided_anew() -> None:
    """The caller's policies, the resource's own, the action, who asks, and the circumstances."""
    guarded = (document(allow(Condition={"Bool": {"aws:SecureTransport": "true"}})),)
    assert _decision(REQUEST, READS, MINE).allowed
    assert not _decision(REQUEST, (), MINE).allowed
    assert not _decision(REQUEST, (*READS, document(deny())), MINE).allowed
    closed = replace(MINE, policy=document(deny(Principal="*", Resource=f"{BUCKET}/*")))
    assert not _decision(REQUEST, READS, closed).allowed
    assert not _decision(replace(REQUEST, action="s3:PutObject"), READS, MINE).allowed
    assert not _decision(replace(REQUEST, principal=session("1" * 12)), READS, MINE).allowed
    assert _decision(REQUEST, guarded, MINE).allowed
    openly = replace(REQUEST, context={"aws:SecureTransport": ("false",)})
    assert not _decision(openly, guarded, MINE).allowed


def test_a_policy_that_cannot_be_read_is_an_error_each_time() -> None:
    """It is not remembered as a refusal."""
    for _ in range(2):
        with pytest.raises(MalformedPolicyError):
            _decision(REQUEST, ("{}",), MINE)


def test_objects_that_no_policy_tells_apart_are_decided_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that a policy names, or that a variable may mean, is asked about by itself."""
    named = (*READS, document(deny(Resource=f"{BUCKET}/secret")))
    own = (document(allow(Resource=f"{BUCKET}/${{aws:username}}")),)
    one, same, secret = (
        replace(REQUEST, resource=f"{BUCKET}/{name}") for name in ("one", "same", "secret")
    )
    first = _decision(one, named, MINE)
    assert not _decision(secret, named, MINE).allowed
    mine = replace(one, context={"aws:username": ("one",)})
    assert _decision(mine, own, MINE).allowed
    assert not _decision(replace(mine, resource=same.resource), own, MINE).allowed
    monkeypatch.delattr(decision_cache, "decide")
    assert _decision(same, named, MINE) is first


def test_limits_are_part_of_what_is_decided() -> None:
    """With a boundary or session policy that allows nothing of it, the request is refused."""
    nothing = (document(allow(Action="sqs:SendMessage")),)
    assert decision(REQUEST, Applying(READS, boundary=READS, session=READS), MINE).allowed
    assert not decision(REQUEST, Applying(READS, boundary=nothing), MINE).allowed
    assert not decision(REQUEST, Applying(READS, session=nothing), MINE).allowed
    assert not decision(REQUEST, Applying(None, session=nothing), MINE).allowed


def test_only_keys_that_a_policy_names_are_asked_for() -> None:
    """Of conditions and of variables, of every kind of policy, in lower case and once."""
    tagged = document(allow(Condition={"StringEquals": {"aws:PrincipalTag/Team": "${s3:prefix}"}}))
    limit = document(allow(Condition={"Bool": {"AWS:SecureTransport": "true"}}))
    assert condition_keys(Applying(READS), MINE) == ()
    assert condition_keys(Applying((tagged, tagged), boundary=(limit,)), MINE) == (
        "aws:principaltag/team",
        "aws:securetransport",
        "s3:prefix",
    )
