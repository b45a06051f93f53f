"""Durations of a run: each drawn by itself, the same for the same seed."""

from datetime import timedelta
from statistics import mean

from wavetank.scenario.timing.distribution import MILLISECOND
from wavetank.scenario.timing.settings import Durations
from wavetank.simulation.request_durations import AttemptKey, RequestDurations

KEY = AttemptKey("request", 1)


def test_a_duration_depends_on_its_key_alone() -> None:
    """However many others were drawn before, and in whichever order."""
    first, second = RequestDurations(1, Durations()), RequestDurations(1, Durations())
    for number in range(50):
        second.call(AttemptKey("another", 1), number, "s3", "PutObject")
    drawn = first.call(KEY, 2, "dynamodb", "GetItem")
    assert second.call(KEY, 2, "dynamodb", "GetItem") == drawn


def test_every_part_of_the_key_counts() -> None:
    """Another seed, request, attempt or call has another duration."""
    one, other = RequestDurations(1, Durations()), RequestDurations(2, Durations())
    drawn = {
        one.call(KEY, 1, "s3", "PutObject"),
        other.call(KEY, 1, "s3", "PutObject"),
        one.call(KEY, 2, "s3", "PutObject"),
        one.call(AttemptKey("request", 2), 1, "s3", "PutObject"),
        one.call(AttemptKey("other", 1), 1, "s3", "PutObject"),
    }
    assert len(drawn) == 5


def test_draws_follow_the_distribution() -> None:
    """About half of a hundred take longer than the median of 50 ms."""
    durations = RequestDurations(1, Durations())
    drawn = [durations.call(KEY, number, "s3", "PutObject") for number in range(100)]
    assert 35 < sum(each > 50 * MILLISECOND for each in drawn) < 65


def test_a_handlers_own_time_is_shared_out() -> None:
    """A share between any two calls, half of the rest on average, in whole milliseconds."""
    durations, rest = RequestDurations(1, Durations()), timedelta(seconds=1)
    shares = [durations.share(KEY, number, rest) for number in range(100)]
    assert all(timedelta() <= share <= rest and not share % MILLISECOND for share in shares)
    assert 0.4 < mean(share / rest for share in shares) < 0.6
    assert not durations.share(KEY, 1, timedelta())
