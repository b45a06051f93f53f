"""The marks of a test, and the errors of invalid ones."""

from datetime import timedelta
from pathlib import Path

import pytest

from wavetank.faults.calls import LostReply, PartialBatchFailure
from wavetank.pytest_plugin.collection_checks import misplaced_fault
from wavetank.pytest_plugin.marks import problem_of, scenario_of

CRASH = pytest.mark.fault("handler-crash", after="2m")


class Marked(pytest.Item):
    """A test with marks, which is not run."""

    def runtest(self) -> None:
        raise NotImplementedError


@pytest.fixture
def item(request: pytest.FixtureRequest) -> Marked:
    """A test of this file, without marks yet."""
    made = Marked.from_parent(request.node.parent, name="test_marked")
    assert isinstance(made, Marked)
    return made


def test_faults_are_those_of_scenario_files(item: Marked) -> None:
    """Fields go by their names, and a field left out has its default."""
    item.add_marker(
        pytest.mark.fault("partial-batch-failure", after="2m", entries=(1, 2), lasts="90s")
    )
    item.add_marker(pytest.mark.fault("lost-reply", call="dynamodb:Scan", after="2m"))
    after, lasts = timedelta(minutes=2), timedelta(seconds=90)
    assert set(scenario_of(item).plan.faults) == {
        PartialBatchFailure(after=after, lasts=lasts, entries=(1, 2)),
        LostReply(call="dynamodb:Scan", after=after),
    }


@pytest.mark.parametrize(
    ("mark", "parts"),
    [
        (pytest.mark.fault("lost-replie", after="2m"), ("test_marked", "did you mean lost-reply")),
        (
            pytest.mark.fault("late-tick", after=2),
            ("`after` to be a duration", "fault('late-tick'"),
        ),
        (pytest.mark.fault("late-tick"), ("`after` of late-tick", "after = ...")),
        (pytest.mark.fault("late-tick", afer="2m"), ("'afer'", "did you mean after")),
        (pytest.mark.fault(after="2m"), ("a kind, and fields by name", "fault(after='2m')")),
        (pytest.mark.fault("handler-crash", "2m"), ("a kind, and fields by name",)),
        (pytest.mark.fault("host-paused", after="2m"), ("only by ./wavetank drill --fault",)),
        (pytest.mark.fault("broken-deployment", after="5m"), ("one fault at a time",)),
        (pytest.mark.scenario("calm-dya"), ("did you mean calm-day",)),
        (pytest.mark.scenario("none-such.toml"), ("none-such.toml", "No such file")),
        (pytest.mark.scenario(), ("a name or path",)),
    ],
)
def test_an_invalid_mark_is_an_error(
    item: Marked, mark: pytest.MarkDecorator, parts: tuple[str, ...]
) -> None:
    """With the test's name, the mark as it was written, and what is expected."""
    item.add_marker(CRASH)
    item.add_marker(mark)
    problem = problem_of(item)
    assert [part for part in parts if part not in str(problem)] == [], problem


def test_a_fault_without_a_simulator_is_an_error(item: Marked) -> None:
    """A test without a simulator would pass whatever the fault."""
    item.add_marker(CRASH)
    assert "the fixture simulator or virtual_clock" in str(misplaced_fault(item))


def test_other_marks_of_the_same_name_are_ignored(item: Marked) -> None:
    """Another plug-in may define marks of this name."""
    item.add_marker(pytest.mark.fault("line", 7))
    assert misplaced_fault(item) is None


def test_a_scenario_may_have_more_faults(item: Marked) -> None:
    """Its own come first; a path is relative to the test's file."""
    scenarios = item.config.rootpath / "scenarios" / "lost-reply.toml"
    path = scenarios.relative_to(Path(__file__).parent, walk_up=True)
    item.add_marker(pytest.mark.scenario(str(path)))
    item.add_marker(CRASH)
    kinds = [fault.kind for fault in scenario_of(item).plan.faults]
    assert kinds == ["lost-reply", "lost-reply", "handler-crash"]


def test_a_call_that_the_sdk_does_not_have_is_an_error(item: Marked) -> None:
    """With the nearest name, for a service that has no list of calls of its own."""
    item.add_marker(pytest.mark.fault("lost-reply", after="1m", call="comprehend:DetectSentimnt"))
    assert "did you mean DetectSentiment?" in str(problem_of(item))
