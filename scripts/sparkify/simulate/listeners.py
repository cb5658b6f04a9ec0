"""The users, with the parts of log rows that never change for one of them."""

from math import gcd

from sparkify.simulate import words
from sparkify.simulate.chance import Draw, Weighted, below, early, pick, stream
from sparkify.simulate.text import log_value

FREE, PAID = 0, 1
LEVELS = ("free", "paid")
MILLISECONDS = 796
"""Every real ts and registration has the same three digits at its end."""

_DAY = 86_400
_METROS = 90
_AGENTS = 45
_SYSTEMS = (
    "Windows NT 6.1; WOW64",
    "Windows NT 6.3; WOW64",
    "Macintosh; Intel Mac OS X 10_9_4",
    "X11; Linux x86_64",
    "iPhone; CPU iPhone OS 7_1_2 like Mac OS X",
)
_PAUSE = 240
"""Seconds from one session of a user to the next, at least."""


class Listener:
    """A user. `level` and `busy_until` (epoch seconds) change as time goes on."""

    __slots__ = (
        *("before_item", "before_length", "before_method", "registration", "tail"),
        *("busy_until", "flips", "level", "sessions"),
    )

    def __init__(self, draw: Draw, user_id: int, level: int, place: str, agent: str, registered: int) -> None:
        """registered: epoch seconds."""
        gender = "F" if draw() < 0.56 else "M"
        first = log_value(words.first_name(draw, gender))
        self.before_item = f',"auth":"Logged In","firstName":{first},"gender":"{gender}","itemInSession":'
        self.before_length = f',"lastName":{log_value(words.last_name(draw))},"length":'
        self.before_method = tuple(f',"level":"{name}","location":{log_value(place)},"method":' for name in LEVELS)
        self.registration = f"{registered}{MILLISECONDS}.0"
        self.tail = f'{MILLISECONDS},"userAgent":{log_value(agent)},"userId":"{user_id}"}}'
        self.level = level
        self.sessions = 0
        self.busy_until = 0
        self.flips: list[int] = []
        """One entry for each change of level that is sure: the session, from 1 on, that it must wait for."""


class Listeners:
    """All users. Some come often and most of them seldom."""

    def __init__(self, seed: int, size: int, start: int) -> None:
        """start: epoch seconds at which the simulation begins."""
        self._draw = stream(seed, "users")
        self._size = size
        self._start = start
        self._known: list[Listener | None] = [None] * size
        self._metros = [words.metro(self._draw) for _ in range(_METROS)]
        self._agents = [_agent(self._draw) for _ in range(_AGENTS)]
        places = [(rank + 0.5) / size for rank in range(size)]
        self._order = Weighted(range(size), [(1.12 - place) / (place + 0.12) for place in places])
        self._step = next(step for step in range(7919, 7919 + size + 1) if gcd(step, size) == 1)

    def next(self, draw: Draw, moment: int) -> Listener | None:
        """A user who is free for a session at the moment (epoch seconds); None if there is hardly one."""
        for _ in range(40):
            listener = self._get(self._order.pick(draw))
            if listener.busy_until + _PAUSE <= moment:
                return listener
        offset = below(draw, self._size)
        for number in range(min(self._size, 200)):
            listener = self._get((offset + number) % self._size)
            if listener.busy_until + _PAUSE <= moment:
                return listener
        return None

    def _get(self, rank: int) -> Listener:
        return self._known[rank] or self._add(rank)

    def _add(self, rank: int) -> Listener:
        draw = self._draw
        registered = self._start - below(draw, 12 * _DAY) - _DAY // 4
        listener = Listener(
            draw,
            # The busiest users are not those with the smallest ids.
            2 + (rank * self._step + 11) % self._size,
            PAID if rank % 6 == 1 else FREE,
            self._metros[early(draw, _METROS)],
            self._agents[early(draw, _AGENTS)],
            registered,
        )
        # Chance alone makes these rare: there and back again, one user from each side.
        if rank == 0:
            listener.flips = [2, 3]
        elif rank == 1:
            listener.flips = [3, 4]
        self._known[rank] = listener
        return listener


def _agent(draw: Draw) -> str:
    """A browser's signature; most stand in a pair of quotes of their own, as in the real logs."""
    system = pick(draw, _SYSTEMS)
    version = 31 + below(draw, 8)
    u = draw()
    if u < 0.22:
        return f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
    kit = f"AppleWebKit/537.{30 + below(draw, 50)} (KHTML, like Gecko)"
    if u < 0.6:
        return f'"Mozilla/5.0 ({system}) {kit} Version/7.0.{below(draw, 7)} Safari/537.{70 + below(draw, 9)}"'
    build = f"{1900 + below(draw, 200)}.{below(draw, 160)}"
    return f'"Mozilla/5.0 ({system}) {kit} Chrome/{version}.0.{build} Safari/537.36"'
