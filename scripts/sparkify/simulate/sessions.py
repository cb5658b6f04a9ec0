"""What happens in one session, row for row.

A session opens, plays songs with other pages in between, and ends (see patterns). From one play to the next
exactly the whole seconds of the song pass, whatever other pages are looked at meanwhile.
"""

from sparkify.simulate.catalogue import Jukebox
from sparkify.simulate.chance import Draw, stream
from sparkify.simulate.listeners import FREE, LEVELS, MILLISECONDS, PAID, Listener
from sparkify.simulate.patterns import (
    CHAIN_SHARE,
    CHAINS,
    ENDINGS,
    OPENINGS,
    PLAYS,
    SWITCHES,
    VISITS,
    WAITS,
    WITHOUT_PLAY,
    Step,
)

PAGE = 0
"""The kind of a row that is no play; plays have the kind of their song (see catalogue)."""

LogRow = tuple[int, str, int]
"""Epoch seconds, the line, its kind."""

_QUICK = 60
"""Seconds: no other page is looked at during a shorter song."""


class Sessions:
    """Makes sessions, one after the other, each with a new sessionId."""

    def __init__(self, seed: int, jukebox: Jukebox) -> None:
        self._draw: Draw = stream(seed, "sessions")
        self._next_song = jukebox.next
        self._last_id = 0

    def visit(self, start: int) -> list[LogRow]:
        """A session in which nobody logs in. start: epoch seconds."""
        session = self._new_id()
        rows: list[LogRow] = []
        level = PAID if self._draw() < 0.6 else FREE
        moment = start
        for item, step in enumerate(VISITS.pick(self._draw)):
            if item:
                moment += self._wait()
            rows.append((moment, _logged_out(step, item, level, session, moment), PAGE))
        return rows

    def listen(self, user: Listener, start: int) -> list[LogRow]:
        """A session of the user, in the order of time. start: epoch seconds. Moves the user's state on."""
        draw, next_song = self._draw, self._next_song
        session = self._new_id()
        user.sessions += 1
        level = user.level
        switch = bool(user.flips) and user.sessions >= user.flips[0]
        plays = int(PLAYS[level].draw(draw))
        if switch:
            plays = max(plays, 4)
        rows: list[LogRow] = []
        moment = start
        opening = OPENINGS if plays else WITHOUT_PLAY
        for step in opening[level].pick(draw):
            if rows:
                moment += 1 if step.redirects else self._wait()
            rows.append((moment, self._page(user, step, len(rows), session, moment), PAGE))
        if rows and plays:
            moment += self._wait()

        # The parts of a play that stay the same during the session are put together once.
        before_item, before_length, tail = user.before_item, user.before_length, user.tail
        to_song = f'"PUT","page":"NextSong","registration":{user.registration},"sessionId":{session},"song":'
        before_song = user.before_method[level] + to_song
        chain_share = CHAIN_SHARE[level]
        item = len(rows)
        add = rows.append
        seconds = 0
        for left in range(plays - 1, -1, -1):
            artist, length, title, seconds, kind = next_song()
            play = f"{artist}{before_item}{item}{before_length}{length}{before_song}{title}{moment}{tail}"
            add((moment, play, kind))
            item += 1
            if left and seconds >= _QUICK and (draw() < chain_share or (switch and item > 1)):
                chain = SWITCHES[user.level] if switch else CHAINS[user.level].pick(draw)
                page_moment = moment
                for step in chain:
                    page_moment += 1 if step.redirects else self._short_wait(moment + seconds - page_moment)
                    add((page_moment, self._page(user, step, item, session, page_moment), PAGE))
                    item += 1
                if switch:
                    switch = False
                    user.flips.pop(0)
                if user.level != level:
                    level = user.level
                    before_song = user.before_method[level] + to_song
                    chain_share = CHAIN_SHARE[level]
            moment += seconds
        if plays:
            moment -= seconds
            for step in ENDINGS[level].pick(draw):
                moment += 1 if step.redirects else self._wait()
                add((moment, self._page(user, step, len(rows), session, moment), PAGE))
        user.busy_until = moment + seconds
        return rows

    def _page(self, user: Listener, step: Step, item: int, session: int, moment: int) -> str:
        """The row of a page; the level changes on the Home after a Submit page."""
        if not step.logged_in:
            return _logged_out(step, item, user.level, session, moment)
        text = (
            f'{{"artist":null{user.before_item}{item}{user.before_length}null{user.before_method[user.level]}'
            f'{step.middle}{user.registration},"sessionId":{session}{step.end}{moment}{user.tail}'
        )
        if step.page == "Submit Upgrade":
            user.level = PAID
        elif step.page == "Submit Downgrade":
            user.level = FREE
        return text

    def _wait(self) -> int:
        return int(WAITS.draw(self._draw))

    def _short_wait(self, rest: int) -> int:
        """Seconds until a page that is seen before the song is over; leaves room for the steps behind it."""
        u = self._draw()
        return int(u * u * max(rest - 5, 0) * 0.6)

    def _new_id(self) -> int:
        self._last_id += 2 if self._draw() < 0.15 else 1
        return self._last_id


def _logged_out(step: Step, item: int, level: int, session: int, moment: int) -> str:
    return (
        f'{{"artist":null,"auth":"Logged Out","firstName":null,"gender":null,"itemInSession":{item}'
        f',"lastName":null,"length":null,"level":"{LEVELS[level]}","location":null,"method":{step.middle}null'
        f',"sessionId":{session}{step.end}{moment}{MILLISECONDS},"userAgent":null,"userId":""}}'
    )
