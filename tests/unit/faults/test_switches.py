"""Switching faults on, and reverting them, in a sandbox that is only pretended."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.faults.calls import ApiError
from wavetank.faults.catalogue import ALL_KINDS, HOST_KINDS, engines_of
from wavetank.faults.host_faults import WrongClock
from wavetank.faults.injectors.api_resources import ApiResources, one_named
from wavetank.faults.references import Resource
from wavetank.faults.switches import FaultSwitches

if TYPE_CHECKING:
    from wavetank.faults.injectors.matcher import FaultMatcher
    from wavetank.faults.parameters import DeployedNames

ROLES = ("a", "b")
SECOND = "permission-removed"


class Roles(ApiResources):
    """Two roles, whose policies cannot be deleted while they are `locked`."""

    def __init__(self) -> None:
        self.denied: list[tuple[str, str]] = []
        self.deleted: list[str] = []
        self.locked = False

    def roles(self, reference: str) -> Sequence[str]:
        return [one_named("owner", reference, ROLES)]

    def deny(self, role: str, policy: str, action: str) -> None:  # noqa: ARG002 - as the protocol has it
        self.denied.append((role, action))

    def delete_policy(self, role: str, policy: str) -> bool:  # noqa: ARG002 - as above
        if self.locked:
            raise OSError("locked")
        self.deleted.append(role)
        return True


class Sandbox:
    """The switches, and what they act on."""

    def __init__(self) -> None:
        self.resources = Roles()
        self.matchers: list[FaultMatcher] = []
        self.deployed: DeployedNames = {Resource.ROLE: ROLES}
        self.switches = FaultSwitches(
            self.resources,  # type: ignore[arg-type]  # of all resources only roles are pretended
            lambda: self.deployed,
            self.matchers.append,
            WallClock(),
        )


@pytest.fixture
def sandbox() -> Sandbox:
    """Nothing is switched on."""
    return Sandbox()


def test_a_fault_is_in_force_until_it_is_reverted(sandbox: Sandbox) -> None:
    """With the parameters that were given, and the defaults of the kind for the others."""
    switches = sandbox.switches
    fault = switches.begin("permission-removed", {"owner": "b"})
    assert fault.entries == "owner b, action firehose:PutRecordBatch"
    assert switches.active() == [fault]
    assert sandbox.resources.denied == [("b", "firehose:PutRecordBatch")]
    (shown,) = [switch for switch in switches.switches() if switch.active]
    assert (shown.name, shown.active) == ("permission-removed", (fault,))
    assert switches.revert(fault.id) == fault
    assert (sandbox.resources.deleted, switches.active()) == (["b"], [])


def test_all_are_reverted_the_newest_first(sandbox: Sandbox) -> None:
    """As each may depend on what came before it."""
    for owner in ROLES:
        sandbox.switches.begin("permission-removed", {"owner": owner})
    assert [fault.given["owner"] for fault in sandbox.switches.revert_all()] == ["b", "a"]
    assert sandbox.resources.deleted == ["b", "a"]


def test_a_fault_that_cannot_be_reverted_stays_with_a_reason(sandbox: Sandbox) -> None:
    """It can be tried again, but for what is reverted already."""
    fault = sandbox.switches.begin("api-error", {})
    assert sandbox.matchers[0].match(ApiError, "it") is not None
    assert sandbox.switches.revert(fault.id) == fault
    assert sandbox.matchers[0].match(ApiError, "it") is None


@pytest.mark.parametrize(
    ("kind", "entries", "expected"),
    [
        ("flood", {}, "kind to be one of"),
        ("permission-remved", {}, "did you mean permission-removed"),
        ("permission-removed", {"owner": "c"}, "owner to be one of"),
        ("permission-removed", {"lasts": "5m"}, "a fault without a window"),
        ("api-error", {"occurrence": "ten"}, "a whole number"),
        ("api-error", {"times": 0}, "`times` from 1"),
        ("api-error", {"speed": 1}, "a field of api-error"),
        ("api-error", {"call": "sqs:Nothing"}, "an operation of sqs"),
        ("api-latency", {"takes": "soon"}, "`takes` to be a duration"),
        ("missed-tick", {}, "kind to be one of"),
        ("host-killed", {}, "kind to be one of"),
    ],
)
def test_what_cannot_be_is_refused(
    sandbox: Sandbox, kind: str, entries: dict[str, object], expected: str
) -> None:
    """With what was expected, and nothing is switched on."""
    with pytest.raises(UsageError, match=expected):
        sandbox.switches.begin(kind, entries)
    assert sandbox.switches.active() == []


def test_two_faults_of_one_target_are_not_in_force_at_once(sandbox: Sandbox) -> None:
    """A throttled topic is an outcome of the same call as an error of it."""
    first = sandbox.switches.begin("throttled-topic", {})
    with pytest.raises(UsageError, match=f"{first.id}, which is active"):
        sandbox.switches.begin("api-error", {"call": "sns:Publish"})


def test_entries_are_texts_of_a_form_or_values_of_a_program(sandbox: Sandbox) -> None:
    """Both mean the same fault."""
    texts = {"entries": "0, 7", "times": "2", "occurrence": "1"}
    values = {"entries": [0, 7], "times": 2}
    given = []
    for entries in (texts, values):
        fault = sandbox.switches.begin("partial-batch-failure", entries)
        given.append(dict(fault.given))
        sandbox.switches.revert(fault.id)
    assert given[0] == given[1]
    assert given[0]["entries"] == "0, 7"


def test_what_a_fault_hits_is_counted(sandbox: Sandbox) -> None:
    """And listed, the latest last; without a limit it hits all."""
    fault = sandbox.switches.begin("api-error", {"code": "InternalServerError"})
    for number in range(3):
        assert sandbox.matchers[0].match(ApiError, f"call {number}") is not None
    assert fault.hits == 3
    assert [found.what for found in fault.injections] == ["call 0", "call 1", "call 2"]


def test_what_is_not_switched_on_cannot_be_reverted(sandbox: Sandbox) -> None:
    """Nor can it be reverted twice."""
    fault = sandbox.switches.begin("api-error", {})
    sandbox.switches.revert(fault.id)
    with pytest.raises(UsageError, match="an active fault"):
        sandbox.switches.revert(fault.id)


def test_a_fault_whose_revert_fails_stays_switched_on(sandbox: Sandbox) -> None:
    """So that it is not forgotten while it is in force."""
    fault = sandbox.switches.begin("permission-removed", {"owner": "a"})
    sandbox.resources.locked = True
    with pytest.raises(UsageError, match="locked"):
        sandbox.switches.revert_all()
    assert sandbox.switches.active() == [fault]
    sandbox.resources.locked = False
    assert sandbox.switches.revert_all() == [fault]
    assert sandbox.resources.deleted == ["a"]


def test_a_kind_that_needs_what_is_not_deployed_cannot_begin(sandbox: Sandbox) -> None:
    """The others can: a call needs no resource to fail."""
    sandbox.deployed = {}
    possible = {switch.name for switch in sandbox.switches.switches() if switch.can_begin}
    assert "api-error" in possible
    assert not possible & {"permission-removed", "broken-deployment", "rule-off", "s3-outage"}


def test_every_kind_that_a_sandbox_supports_has_a_switch(sandbox: Sandbox) -> None:
    """But for those of its host, which have to be injected from outside."""
    names = [switch.name for switch in sandbox.switches.switches()]
    host = {kind for kind in HOST_KINDS if kind is not WrongClock}
    expected = [k.kind for k in ALL_KINDS if "embedded" in engines_of(k) and k not in host]
    assert names == expected
