"""Spoiled rows spread evenly over the clean ones, and counted."""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sparkify.simulate.dirt import DUPLICATE, HARMLESS, LOG_KINDS, QUARANTINED, Kind
from sparkify.simulate.sessions import PAGE, LogRow


def number_of_dirty(clean: int, share: float, kinds: Sequence[Kind]) -> int:
    """How many rows are to be spoiled: the share of the clean ones, but one of each kind at least."""
    return max(int(clean * share + 0.5), len(kinds)) if share and clean else 0


class Counts:
    """What was spoiled, by kind."""

    def __init__(self) -> None:
        self.kinds: Counter[Kind] = Counter()

    def add(self, kind: Kind) -> None:
        self.kinds[kind] += 1

    def rows(self, outcome: str) -> int:
        return sum(rows for kind, rows in self.kinds.items() if kind.outcome == outcome)

    def summary(self) -> dict[str, Any]:
        """For the manifest: rows by outcome, by reason and field, and by kind."""
        reasons: Counter[tuple[str, str]] = Counter()
        for kind, rows in self.kinds.items():
            if kind.reason:
                reasons[kind.reason, kind.field or ""] += rows
        return {
            "duplicates": self.rows(DUPLICATE),
            "harmless": self.rows(HARMLESS),
            "quarantined": self.rows(QUARANTINED),
            "quarantined_by": [
                {"reason": reason, "field": field or None, "rows": rows}
                for (reason, field), rows in sorted(reasons.items())
            ],
            "kinds": {kind.name: rows for kind, rows in sorted(self.kinds.items(), key=lambda item: item[0].name)},
        }


class LogMixer:
    """Mixes spoiled rows into the clean ones, which come in pieces in the order of time."""

    def __init__(self, events: int, share: float) -> None:
        self.counts = Counts()
        self._events = events
        self._dirty = number_of_dirty(events, share, LOG_KINDS)
        self._clean = 0
        self._planned = 0
        self._waiting: list[tuple[int, Kind]] = []
        self._late_row: tuple[int, str] | None = None

    @property
    def idle(self) -> bool:
        """Whether there is nothing to mix in at all."""
        return not self._dirty

    def mix(self, rows: Sequence[LogRow], day: int) -> list[bytes]:
        """The lines of the rows with spoiled ones between them. day: its number, epoch days."""
        lines = [line.encode("ascii") for _, line, _ in rows]
        first = self._clean
        self._clean += len(rows)
        until = self._clean * self._dirty // self._events
        for number in range(self._planned, until):
            position = number * self._events // self._dirty - first
            self._waiting.append((max(position, 0), LOG_KINDS[number % len(LOG_KINDS)]))
        self._planned = until

        plays = [i for i, row in enumerate(rows) if row[2] != PAGE]
        if not plays:
            # Only plays can be spoiled in every way: wait for the next piece.
            self._waiting = [(0, kind) for _, kind in self._waiting]
            return lines
        fresh = list(plays)
        behind: dict[int, list[bytes]] = {}
        left: list[tuple[int, Kind]] = []
        for position, kind in self._waiting:
            if kind.late:
                if self._late_row is None or self._late_row[0] == day:
                    left.append((0, kind))
                    continue
                behind.setdefault(_nearest(plays, position), []).append(_spoil(kind, self._late_row[1]))
            elif kind.outcome == QUARANTINED:
                base = _nearest(plays, position)
                behind.setdefault(base, []).append(_spoil(kind, rows[base][1]))
            elif fresh:
                # An event has one other version at most.
                base = _nearest(fresh, position)
                fresh.remove(base)
                if kind.outcome == HARMLESS:
                    lines[base] = _spoil(kind, rows[base][1])
                else:
                    behind.setdefault(base, []).append(_spoil(kind, rows[base][1]))
            else:
                left.append((0, kind))
                continue
            self.counts.add(kind)
        self._waiting = left
        if fresh and (self._late_row is None or self._late_row[0] != day):
            # Delivered again on a later day: an event that has no other version. Of two versions in different
            # files the newer file's is kept, and which of files written in one moment is newer is chance.
            self._late_row = (day, rows[fresh[0]][1])
        return [line for i, own in enumerate(lines) for line in (own, *behind.get(i, ()))]


def _spoil(kind: Kind, line: str) -> bytes:
    return kind.spoil(json.loads(line))


def _nearest(plays: Sequence[int], position: int) -> int:
    """The last play up to the position, or else the first one. plays: ascending."""
    return plays[max(bisect_right(plays, position) - 1, 0)]
