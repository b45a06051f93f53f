"""When work counts as stuck: by what it computes, and not by how long a busy machine takes."""

from tests.clocks import Leaping
from wavetank.core.clock import StallLimits, StallTimer

LIMITS = StallLimits(busy_seconds=10, idle_seconds=60)


class Work:
    """Work that computes for a share of the time that passes."""

    def __init__(self) -> None:
        self.clock = Leaping()
        self.processor_seconds = 3.0
        self.timer = StallTimer(LIMITS, lambda: self.processor_seconds, self.clock)

    def stuck_after(self, *, share: float, seconds: int) -> bool:
        """Whether it is stuck at some second of this number of seconds."""
        for _ in range(seconds):
            self.clock.sleep(1)
            self.processor_seconds += share
            if self.timer.is_stuck():
                return True
        return False


def test_work_that_computes_is_not_stuck_however_slow_the_machine_is() -> None:
    """A twentieth of a processor, for three minutes."""
    assert not Work().stuck_after(share=0.05, seconds=180)


def test_work_that_waits_is_stuck_after_its_idle_time() -> None:
    """It may look now and then whether what it waits for has come."""
    work = Work()
    assert not work.stuck_after(share=0.001, seconds=59)
    assert work.stuck_after(share=0.001, seconds=3)


def test_work_that_goes_on_after_a_wait_has_all_its_idle_time_again() -> None:
    """What counts is the time without progress at a stretch."""
    work = Work()
    assert not work.stuck_after(share=0, seconds=50)
    assert not work.stuck_after(share=0.5, seconds=3)
    assert not work.stuck_after(share=0, seconds=59)


def test_work_that_computes_for_ever_is_stuck_after_its_processor_time() -> None:
    """An endless loop."""
    work = Work()
    assert not work.stuck_after(share=1, seconds=9)
    assert work.stuck_after(share=1, seconds=3)
