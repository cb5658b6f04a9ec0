"""Sessions spread over days and hours, written as log_data: one file a day, its rows in the order of time.

Only the rows that are still to come are held: an hour is written as soon as no later session can add to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from sparkify.simulate.catalogue import LISTED, Jukebox
from sparkify.simulate.chance import Draw, below, stream
from sparkify.simulate.listeners import Listeners
from sparkify.simulate.mixing import LogMixer
from sparkify.simulate.sessions import PAGE, LogRow, Sessions
from sparkify.simulate.settings import Settings

_HOUR = 3600
_STARTS_BY_HOUR = (
    *(139, 116, 89, 114, 165, 198, 194, 194, 268, 350, 375, 315),
    *(310, 436, 505, 597, 510, 515, 360, 332, 250, 176, 161, 132),
)
"""Events of the sessions that begin in an hour (UTC). Plays follow about an hour later."""
_STARTS_BY_WEEKDAY = (253, 268, 341, 210, 259, 157, 99)
"""From Monday on."""
_VISIT_SHARE = 0.03
"""Of sessions: nobody logs in."""

Progress = Callable[[date, int], None]
"""Told after each day: the day and the number of events so far."""


@dataclass
class LogTotals:
    """What was written."""

    files: int = 0
    events: int = 0
    plays: int = 0
    matched_plays: int = 0


class _Days:
    """The log files, one open at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._day = -1
        self._file: BinaryIO | None = None
        self.files = 0

    def write(self, day: int, lines: bytes) -> None:
        """day: epoch days, never before an earlier call's."""
        if day != self._day or self._file is None:
            self.close()
            path = self._root / f"{date(1970, 1, 1) + timedelta(days=day):%Y/%m/%Y-%m-%d}-events.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")
            self._day = day
            self.files += 1
        else:
            # Between rows and not behind them: the last line of a file has no end, as in the real ones.
            self._file.write(b"\n")
        self._file.write(lines)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def write_logs(settings: Settings, jukebox: Jukebox, mixer: LogMixer, progress: Progress) -> LogTotals:
    """Writes exactly `settings.events` clean rows, and what the mixer adds."""
    draw = stream(settings.seed, "logs")
    start = int(datetime.combine(settings.start, datetime.min.time(), timezone.utc).timestamp())
    hours = settings.days * 24
    end = start + hours * _HOUR
    listeners = Listeners(settings.seed, settings.users, start)
    sessions = Sessions(settings.seed, jukebox)
    targets = _targets(draw, settings)
    pending: dict[int, list[LogRow]] = {}
    days = _Days(settings.out / "log_data")
    totals = LogTotals()
    made = 0
    try:
        for hour in range(hours):
            while made < targets[hour]:
                moment = start + hour * _HOUR + below(draw, _HOUR)
                user = None if draw() < _VISIT_SHARE else listeners.next(draw, moment)
                # Where everybody is busy somebody looks in who has no account.
                rows = sessions.listen(user, moment) if user else sessions.visit(moment)
                if rows[-1][0] >= end:
                    rows = [row for row in rows if row[0] < end]
                if len(rows) > settings.events - made:
                    del rows[settings.events - made :]
                made += len(rows)
                _distribute(rows, pending)
            written = start // _HOUR + hour
            due = pending.pop(written, None)
            if due:
                due.sort(key=itemgetter(0))
                totals.events += len(due)
                for _, _, kind in due:
                    if kind != PAGE:
                        totals.plays += 1
                        totals.matched_plays += kind == LISTED
                day = written // 24
                if mixer.idle:
                    days.write(day, "\n".join([line for _, line, _ in due]).encode("ascii"))
                else:
                    days.write(day, b"\n".join(mixer.mix(due, day)))
            if hour % 24 == 23:
                progress(settings.start + timedelta(days=hour // 24), totals.events)
    finally:
        days.close()
    totals.files = days.files
    return totals


def _distribute(rows: list[LogRow], pending: dict[int, list[LogRow]]) -> None:
    """Puts rows to the others of their hour (epoch hours)."""
    first = rows[0][0] // _HOUR
    if rows[-1][0] // _HOUR == first:
        pending.setdefault(first, []).extend(rows)
        return
    border = 0
    for row in rows:
        if row[0] >= border:
            hour = row[0] // _HOUR
            border = (hour + 1) * _HOUR
            add = pending.setdefault(hour, []).append
        add(row)


def _targets(draw: Draw, settings: Settings) -> list[int]:
    """For each hour: how many events are made by its end. The last is their number."""
    weights: list[int] = []
    for number in range(settings.days):
        weekday = (settings.start + timedelta(days=number)).weekday()
        liveliness = 500 + below(draw, 1000)
        weights += [share * _STARTS_BY_WEEKDAY[weekday] * liveliness for share in _STARTS_BY_HOUR]
    bounds = list(accumulate(weights))
    return [bound * settings.events // bounds[-1] for bound in bounds]
