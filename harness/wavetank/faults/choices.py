"""Choices: the numbers from which faults are generated, from a seed or by Hypothesis.

A choice is an integer between two others. The smaller one is the simpler, so that shrinking the
numbers shrinks the fault: earlier, shorter, more common.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

type Choose = Callable[[int, int], int]
"""Takes the least and the greatest number; returns a number from the one to the other."""

SECOND = timedelta(seconds=1)


def choose_from[T](choose: Choose, options: Sequence[T]) -> T:
    """One of the options; the first is the simplest."""
    return options[choose(0, len(options) - 1)]
