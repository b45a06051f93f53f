"""A decision that is remembered holds for what it was made of, and for nothing else."""

from dataclasses import replace

import pytest

from tests.unit.emulator.access.policies import (
    BUCKET,
    OBJECT,
    OWNER,
    allow,
    deny,
    document,
    session,
)
from wavetank.emulator.access import decisions
from wavetank.emulator.access.decisions import decision
from wavetank.emulator.access.document import MalformedPolicyError
from wavetank.emulator.access.request import AccessRequest
from wavetank.emulator.access.resources import Resource

READS = (document(allow()),)
REQUEST = AccessRequest(
    principal=session(),
    action="s3:GetObject",
    resource=OBJECT,
    context={"aws:SecureTransport": ("true",)},
)
MINE = Resource(OWNER)


def test_the_same_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time nothing is evaluated."""
    request = replace(REQUEST, resource=f"{BUCKET}/once")
    first = decision(request, READS, MINE)
    monkeypatch.delattr(decisions, "decide")
    assert decision(request, READS, MINE) is first


def test_whatever_changes_is_decided_anew() -> None:
    """The caller's policies, the resource's own, the action, who asks, and the circumstances."""
    guarded = (document(allow(Condition={"Bool": {"aws:SecureTransport": "true"}})),)
    assert decision(REQUEST, READS, MINE).allowed
    assert not decision(REQUEST, (), MINE).allowed
    assert not decision(REQUEST, (*READS, document(deny())), MINE).allowed
    closed = replace(MINE, policy=document(deny(Principal="*", Resource=f"{BUCKET}/*")))
    assert not decision(REQUEST, READS, closed).allowed
    assert not decision(replace(REQUEST, action="s3:PutObject"), READS, MINE).allowed
    assert not decision(replace(REQUEST, principal=session("1" * 12)), READS, MINE).allowed
    assert decision(REQUEST, guarded, MINE).allowed
    openly = replace(REQUEST, context={"aws:SecureTransport": ("false",)})
    assert not decision(openly, guarded, MINE).allowed


def test_a_policy_that_cannot_be_read_is_an_error_each_time() -> None:
    """It is not remembered as a refusal."""
    for _ in range(2):
        with pytest.raises(MalformedPolicyError):
            decision(REQUEST, ("{}",), MINE)


def test_objects_that_no_policy_tells_apart_are_decided_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that a policy names, or that a variable may mean, is asked about by itself."""
    named = (*READS, document(deny(Resource=f"{BUCKET}/secret")))
    own = (document(allow(Resource=f"{BUCKET}/${{aws:username}}")),)
    one, same, secret = (
        replace(REQUEST, resource=f"{BUCKET}/{name}") for name in ("one", "same", "secret")
    )
    first = decision(one, named, MINE)
    assert not decision(secret, named, MINE).allowed
    mine = replace(one, context={"aws:username": ("one",)})
    assert decision(mine, own, MINE).allowed
    assert not decision(replace(mine, resource=same.resource), own, MINE).allowed
    monkeypatch.delattr(decisions, "decide")
    assert decision(same, named, MINE) is first
