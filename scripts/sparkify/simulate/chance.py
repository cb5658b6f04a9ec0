"""Random choices that are the same on every Python, machine and day.

Only `random.Random.random()` keeps its sequence from one Python version to the next, so everything is built
on it; and only on + - * /, because the rounding of `**`, `log` or `exp` is up to the machine's maths library.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")
Draw = Callable[[], float]
"""A source of numbers in [0, 1)."""


def stream(seed: int, name: str) -> Draw:
    """An own sequence for each purpose: more songs do not change the users."""
    return Random(f"{seed}/{name}").random


def below(draw: Draw, limit: int) -> int:
    """A whole number in [0, limit), each as likely as the other."""
    return int(draw() * limit)


def pick(draw: Draw, choices: Sequence[T]) -> T:
    """One of the choices, each as likely as the other."""
    return choices[int(draw() * len(choices))]


def early(draw: Draw, limit: int) -> int:
    """A whole number in [0, limit), small ones likelier: a few hits and a long tail."""
    u = draw()
    return int(u * u * limit)


class Weighted(Generic[T]):
    """A choice with a weight for each possibility."""

    def __init__(self, choices: Sequence[T], weights: Sequence[float]) -> None:
        self.choices = choices
        # accumulate and not sum: since Python 3.12 sum() of floats rounds differently.
        self.bounds = list(accumulate(weights))
        self.total = self.bounds[-1]

    def pick(self, draw: Draw) -> T:
        return self.choices[min(bisect_right(self.bounds, draw() * self.total), len(self.choices) - 1)]


class Quantiles:
    """Numbers spread like a measured distribution, given by its quantiles, straight lines between them."""

    def __init__(self, *points: tuple[float, float]) -> None:
        """points: (share of the values below, value), from (0, smallest) to (1, greatest)."""
        self.shares = [share for share, _ in points]
        self.values = [value for _, value in points]

    def draw(self, draw: Draw) -> float:
        u = draw()
        i = bisect_right(self.shares, u)
        low, high = self.values[i - 1], self.values[i]
        return low + (high - low) * (u - self.shares[i - 1]) / (self.shares[i] - self.shares[i - 1])
