"""The arguments of a simulation, checked."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sparkify.errors import UserError

FIRST_DAY = date(2000, 2, 1)
"""Users register in the days before the start, and times before 2000 are no usable ones."""
LAST_DAY = date(2099, 12, 31)
MOST_EVENTS_A_DAY = 50
"""Of a user, on average: the busiest have some times that, and can't hear two songs at a time."""


@dataclass(frozen=True)
class Settings:
    """What to simulate. `dirty` and `catalogue` are shares from 0 to 1."""

    out: Path
    seed: int = 42
    start: date = date(2018, 11, 1)
    days: int = 30
    users: int = 100
    songs: int = 400
    events: int = 8000
    dirty: float = 0.0
    catalogue: float = 0.15

    def check(self) -> None:
        """Raises UserError for values that can't be simulated."""
        for name, least in (("seed", 0), ("days", 1), ("users", 1), ("songs", 0), ("events", 0)):
            if getattr(self, name) < least:
                raise UserError(f"--{name} must be {least} or more, not {getattr(self, name)}.")
        for name in ("dirty", "catalogue"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"--{name} is a share and must lie between 0 and 1, not {getattr(self, name)}.")
        span = (LAST_DAY - self.start).days + 1
        if self.start < FIRST_DAY or self.days > span:
            raise UserError(f"All days must lie between {FIRST_DAY} and {LAST_DAY}.")
        if self.events > self.users * self.days * MOST_EVENTS_A_DAY:
            raise UserError(
                f"--events {self.events} is more than --users {self.users} can make in --days {self.days}"
                f" (at most {MOST_EVENTS_A_DAY} a user and day)."
            )

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.start + timedelta(days=self.days)
