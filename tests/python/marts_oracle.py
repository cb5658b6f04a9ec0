"""The analytics marts computed in plain Python from the raw JSON, from their descriptions and never from their SQL.

Where the marts use windows, partial sums and set operations, this walks over events and days one by one.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import oracle
from oracle import EPOCH, MILLISECOND, Fields, Row

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
DAY_MS = 86_400_000
VALID_MS = 30_000
ENDS_OF_PLAY = ("NextSong", "Logout", "Cancellation Confirmation")
SUBSCRIPTION_PAGES = (
    "Upgrade",
    "Submit Upgrade",
    "Downgrade",
    "Submit Downgrade",
    "Cancel",
    "Cancellation Confirmation",
)


@dataclass(frozen=True)
class Play:
    """A play and how much of it was heard."""

    event: Fields
    at: datetime
    day: date
    user: int
    level: str
    title: str | None
    artist: str | None
    song_id: str | None
    artist_id: str | None
    listened_ms: int | None
    outcome: str

    @property
    def is_valid(self) -> bool:
        """Whether it was heard for 30 seconds or longer."""
        return self.listened_ms is not None and self.listened_ms >= VALID_MS


@dataclass(frozen=True)
class Facts:
    """What the marts are computed from."""

    events: list[Fields]
    plays: list[Play]
    spans: list[Row]

    @cached_property
    def play_of(self) -> dict[tuple[int, int], Play]:
        """Plays by session and item."""
        return {(play.event["sessionId"], play.event["itemInSession"]): play for play in self.plays}

    @property
    def listening_days(self) -> dict[int, set[date]]:
        """Days with plays, by user."""
        days: dict[int, set[date]] = defaultdict(set)
        for play in self.plays:
            days[play.user].add(play.day)
        return days


def moment(event: Fields) -> datetime:
    """When an event happened (UTC)."""
    at: datetime = EPOCH + event["ts"] * MILLISECOND
    return at


def monday(day: date) -> date:
    """Monday of a day's ISO week."""
    return day - day.weekday() * DAY


def every_day(first: date, last: date) -> Iterator[date]:
    """The days from one to another, both included."""
    while first <= last:
        yield first
        first += DAY


def share(part: int, whole: int) -> float | None:
    """A part of a whole; none of nothing."""
    return part / whole if whole else None


def _heard(play: Fields, later: list[Fields]) -> tuple[int | None, str]:
    """Milliseconds heard and outcome of a play, given the later events of its session in order."""
    length: float | None = play["length"]
    if length is None:
        return None, "unknown"
    length_ms = math.floor(length * 1000 + 0.5)
    end = next((event for event in later if event["page"] in ENDS_OF_PLAY), None)
    if end is None or end["ts"] - play["ts"] > DAY_MS:
        return length_ms, "unknown"
    passed = end["ts"] - play["ts"]
    if passed >= math.floor(length) * 1000:
        return min(passed, length_ms), "complete"
    return passed, "skipped" if end["page"] == "NextSong" else "stopped"


def facts(raw: Path, line_by_line: bool = False) -> Facts:
    """Reads the raw files, as Trino does if `line_by_line`."""
    star = oracle.compute(raw, line_by_line=line_by_line)
    events = sorted(
        oracle.load(raw, oracle.LOG_DATA, line_by_line).kept,
        key=lambda row: (row["ts"], row["itemInSession"], row["sessionId"]),
    )
    matches = {row[0]: (row[4], row[5]) for row in star.tables["songplays"]}
    sessions: dict[int, list[Fields]] = defaultdict(list)
    for event in events:
        sessions[event["sessionId"]].append(event)
    plays = []
    for session in sessions.values():
        for position, event in enumerate(session):
            if event["page"] == "NextSong":
                listened_ms, outcome = _heard(event, session[position + 1 :])
                at = moment(event)
                plays.append(
                    Play(
                        event,
                        at,
                        at.date(),
                        event["userId"],
                        event["level"],
                        event["song"],
                        event["artist"],
                        *matches[oracle.event_key(event)],
                        listened_ms,
                        outcome,
                    )
                )
    return Facts(events, plays, star.tables["user_level_history"])


# ----------------------------------------------------------------------------------------------------
# Behaviour


def daily_activity(known: Facts) -> list[Row]:
    """One row per day with an event of a user."""
    rows: list[Row] = []
    by_day: dict[date, list[Fields]] = defaultdict(list)
    for event in known.events:
        if event["userId"] is not None:
            by_day[moment(event).date()].append(event)
    for day, events in by_day.items():
        plays = [play for play in known.plays if play.day == day]
        rows.append(
            (
                day,
                len({event["userId"] for event in events}),
                len({event["sessionId"] for event in events}),
                len(events),
                len({play.user for play in plays}),
                len({play.user for play in plays if play.level == "paid"}),
                len(plays),
                sum(play.level == "paid" for play in plays),
                sum(play.is_valid for play in plays),
                sum(play.outcome == "complete" for play in plays),
                sum(play.outcome == "skipped" for play in plays),
                sum(play.listened_ms or 0 for play in plays) / 3_600_000,
            )
        )
    return rows


def active_users_daily(known: Facts) -> list[Row]:
    """One row per day from the first play to the last."""
    days_of = known.listening_days
    every = {day for days in days_of.values() for day in days}
    rows: list[Row] = []
    for today in every_day(min(every), max(every)) if every else ():
        active = {
            length: {
                user for user, days in days_of.items() if any(today - back * DAY in days for back in range(length))
            }
            for length in (1, 7, 30)
        }
        month_before = {
            user for user, days in days_of.items() if any(today - back * DAY in days for back in range(1, 31))
        }
        ever_before = {user for user, days in days_of.items() if min(days) < today}
        rows.append(
            (
                today,
                *(len(users) for users in active.values()),
                len(active[1] - ever_before),
                len(active[1] & month_before),
                len((active[1] & ever_before) - month_before),
                len(month_before - active[30]),
            )
        )
    return rows


def retention_cohorts_weekly(known: Facts) -> list[Row]:
    """One row per cohort and week since then."""
    weeks_of = {user: {monday(day) for day in days} for user, days in known.listening_days.items()}
    last = max((max(weeks) for weeks in weeks_of.values()), default=date.min)
    rows: list[Row] = []
    for cohort in {min(weeks) for weeks in weeks_of.values()}:
        members = [weeks for weeks in weeks_of.values() if min(weeks) == cohort]
        for since in range((last - cohort) // WEEK + 1):
            retained = sum(cohort + since * WEEK in weeks for weeks in members)
            rows.append((cohort, since, len(members), retained, retained / len(members)))
    return rows


def _subscription_events(known: Facts) -> dict[int, list[tuple[datetime, str]]]:
    visits: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for event in known.events:
        if event["userId"] is not None and event["page"] in SUBSCRIPTION_PAGES:
            visits[event["userId"]].append((moment(event), event["page"]))
    return visits


def subscription_changes(known: Facts) -> list[Row]:
    """One row per change of a user's level."""
    visits, days_of = _subscription_events(known), known.listening_days
    rows: list[Row] = []
    for (user, old, since, until, _), (next_user, new, *_) in zip(known.spans, known.spans[1:], strict=False):
        if next_user != user:
            continue
        kind = "Upgrade" if new == "paid" else "Downgrade"
        views = [at for at, page in visits[user] if page == kind and since <= at <= until]
        submits = [at for at, page in visits[user] if page == f"Submit {kind}" and since <= at <= until]
        rows.append(
            (
                user,
                until,
                kind.lower(),
                old,
                new,
                since,
                (until.date() - since.date()).days,
                sum(since.date() <= day < until.date() for day in days_of[user]),
                len(views),
                min(views, default=None),
                max(submits, default=None),
            )
        )
    return rows


def conversion_funnel(known: Facts) -> list[Row]:
    """One row per step from free to paid."""
    visits = _subscription_events(known)
    reached: Counter[int] = Counter()
    for user in {span[0] for span in known.spans}:
        spans = [span for span in known.spans if span[0] == user]
        # Each step at its first moment after the step before.
        steps: list[list[datetime]] = [
            [span[2] for span in spans if span[1] == "free"],
            [at for at, page in visits[user] if page == "Upgrade"],
            [at for at, page in visits[user] if page == "Submit Upgrade"],
            [span[2] for span in spans if span[1] == "paid"],
        ]
        at = datetime.min
        for number, moments in enumerate(steps, start=1):
            after = [moment for moment in moments if moment >= at]
            if not after:
                break
            at = min(after)
            reached[number] += 1
    names = (
        "listened on the free level",
        "saw the page Upgrade",
        "submitted the upgrade",
        "listened on the paid level",
    )
    return [
        (
            number,
            name,
            reached[number],
            share(reached[number], reached[1]),
            share(reached[number], reached[number - 1]) if number > 1 else None,
        )
        for number, name in enumerate(names, start=1)
    ]


def subscription_movements_weekly(known: Facts) -> list[Row]:
    """One row per week from the first play to the last."""
    weeks = sorted({monday(play.day) for play in known.plays})
    rows: list[Row] = []
    for number in range((weeks[-1] - weeks[0]) // WEEK + 1 if weeks else 0):
        week = weeks[0] + number * WEEK
        start = datetime.combine(week, datetime.min.time())
        users: Counter[tuple[str, str]] = Counter()
        for user in {span[0] for span in known.spans}:
            spans = [span for span in known.spans if span[0] == user]
            for name, end in (("start", start), ("end", start + WEEK)):
                levels = [span[1] for span in spans if span[2] < end]
                if levels:
                    users[name, levels[-1]] += 1
            for before, span in zip([None, *spans], spans, strict=False):
                if start <= span[2] < start + WEEK:
                    users["new" if before is None else "change", span[1]] += 1
        row = [
            users["start", "free"],
            users["start", "paid"],
            users["new", "free"],
            users["new", "paid"],
            users["change", "paid"],
            users["change", "free"],
            users["end", "free"],
            users["end", "paid"],
        ]
        rows.append((week, *row, share(row[4], row[0] + row[2]), share(row[5], row[1] + row[3])))
    return rows


# ----------------------------------------------------------------------------------------------------
# Artists over time

CHART_SIZE = 100


def _popularity(known: Facts, by_song: bool) -> dict[date, list[Row]]:
    """By week, in the order of rank: (title and artist, or artist; ids and counts)."""
    groups: dict[date, dict[Row, list[Play]]] = defaultdict(lambda: defaultdict(list))
    for play in known.plays:
        key = (play.title, play.artist) if by_song else (play.artist,)
        if None not in key:
            groups[monday(play.day)][key].append(play)
    ranked: dict[date, list[Row]] = {}
    for when, entities in groups.items():
        rows: list[Row] = []
        for key, plays in entities.items():
            if by_song:
                ids: Row = min(((p.song_id, p.artist_id) for p in plays if p.song_id), default=(None, None))
            else:
                ids = (
                    min((p.artist_id for p in plays if p.artist_id), default=None),
                    len({p.title for p in plays} - {None}),
                )
            hours = sum(p.listened_ms or 0 for p in plays) / 3_600_000
            rows.append((*key, *ids, len(plays), len({p.user for p in plays}), sum(p.is_valid for p in plays), hours))
        # Code points sort as the bytes of UTF-8 do.
        rows.sort(key=lambda row: (-row[-4], -row[-3], *(str(part) for part in row[: 2 if by_song else 1])))
        ranked[when] = rows
    return ranked


def popularity_weekly(by_song: bool) -> Callable[[Facts], Iterable[Row]]:
    """One row per week and song, or artist."""
    return lambda known: [
        (*row, rank, week)
        for week, rows in _popularity(known, by_song).items()
        for rank, row in enumerate(rows, start=1)
    ]


def chart_weekly(by_song: bool) -> Callable[[Facts], Iterable[Row]]:
    """One row per week and place."""

    def chart(known: Facts) -> Iterator[Row]:
        keys = 2 if by_song else 1
        positions: dict[date, dict[Row, int]] = {}
        for week, rows in sorted(_popularity(known, by_song).items()):
            before = [chart for earlier, chart in positions.items() if earlier < week]
            last = positions.get(week - WEEK, {})
            positions[week] = {row[:keys]: rank for rank, row in enumerate(rows[:CHART_SIZE], start=1)}
            for row in rows[:CHART_SIZE]:
                entity = row[:keys]
                place = positions[week][entity]
                earlier_places = [chart[entity] for chart in before if entity in chart]
                previous = last.get(entity)
                yield (
                    week,
                    place,
                    *row[: 4 if by_song else 2],
                    row[-4],
                    row[-3],
                    previous,
                    None if previous is None else previous - place,
                    min([*earlier_places, place]),
                    len(earlier_places) + 1,
                    not earlier_places,
                    bool(earlier_places) and previous is None,
                )

    return chart


# ----------------------------------------------------------------------------------------------------
# Sessions and peak hours

SESSION_GAP_MS = 30 * 60_000
ZONES = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
}
ZONE_OF = {state: ZoneInfo(zone) for zone, states in ZONES.items() for state in states.split()}


@dataclass
class Session:
    """A session of either kind, and where its events are in the other kind."""

    events: list[Fields]
    end_ms: int
    others: set[int]

    def measures(self, known: Facts) -> Row:
        """The columns that sessions of both kinds have."""
        plays = [known.play_of[event["sessionId"], event["itemInSession"]] for event in self.events if _is_play(event)]
        start = moment(self.events[0])
        return (
            start,
            EPOCH + self.end_ms * MILLISECOND,
            start.date(),
            (self.end_ms - self.events[0]["ts"]) / 60_000,
            len(self.events),
            len(plays),
            sum(play.level == "paid" for play in plays),
            sum(play.is_valid for play in plays),
            sum(play.outcome == "complete" for play in plays),
            sum(play.outcome == "skipped" for play in plays),
            sum(play.listened_ms or 0 for play in plays) / 60_000,
        )


def _is_play(event: Fields) -> bool:
    return bool(event["page"] == "NextSong")


def _active_until(known: Facts, event: Fields) -> int:
    """End of an event, or of the music that it began, in epoch ms."""
    end: int = event["ts"]
    if _is_play(event):
        end += known.play_of[event["sessionId"], event["itemInSession"]].listened_ms or 0
    return end


def _sessions(known: Facts) -> tuple[dict[int, Session], dict[int, list[Session]]]:
    """Sessions of the log by id, and inactivity sessions by user."""
    of_log: dict[int, Session] = {}
    of_users: dict[int, list[Session]] = defaultdict(list)
    # As several sessions may go on at once, a session's order is that of time first.
    for event in sorted(known.events, key=lambda row: (row["ts"], row["sessionId"], row["itemInSession"])):
        end = _active_until(known, event)
        session = of_log.setdefault(event["sessionId"], Session([], end, set()))
        session.events.append(event)
        session.end_ms = max(session.end_ms, end)
        if event["userId"] is None:
            continue
        mine = of_users[event["userId"]]
        if not mine or event["ts"] - mine[-1].end_ms >= SESSION_GAP_MS:
            mine.append(Session([], end, set()))
        mine[-1].events.append(event)
        mine[-1].end_ms = max(mine[-1].end_ms, end)
        mine[-1].others.add(event["sessionId"])
        # Inactivity sessions of several users may begin at the same moment and are one here, as in the mart.
        session.others.add(mine[-1].events[0]["ts"])
    return of_log, of_users


def sessions(known: Facts) -> Iterator[Row]:
    """One row per session of the log."""
    for session_id, session in _sessions(known)[0].items():
        users = {event["userId"] for event in session.events} - {None}
        assert len(users) <= 1, "the rule for several users is tested by hand"
        yield (session_id, min(users, default=None), *session.measures(known), len(session.others))


def inactivity_sessions(known: Facts) -> Iterator[Row]:
    """One row per user and stretch of activity."""
    for user, of_user in _sessions(known)[1].items():
        for session in of_user:
            yield (user, *session.measures(known), len(session.others))


def session_comparison(known: Facts) -> Iterator[Row]:
    """One row per definition."""
    of_log, of_users = _sessions(known)
    for definition, found in (
        ("log", [session for session in of_log.values() if session.others]),
        ("inactivity", [session for mine in of_users.values() for session in mine]),
    ):
        plays = sum(_is_play(event) for session in found for event in session.events)
        lengths = [session.end_ms - session.events[0]["ts"] for session in found]
        yield (
            definition,
            len(found),
            sum(any(map(_is_play, session.events)) for session in found),
            sum(len(session.others) > 1 for session in found),
            share(plays, len(found)),
            share(sum(lengths), len(found) * 60_000),
            max(lengths, default=0) / 60_000,
        )


def _state(location: str | None) -> str | None:
    """The first state that a location ends with."""
    found = re.search(r"(?:^|, )([A-Z]{2})(?:-[^,]*)?$", location or "")
    return found[1] if found and found[1] in ZONE_OF else None


def listening_heat_map(known: Facts) -> Iterator[Row]:
    """One row per clock, weekday and hour."""
    heard: dict[tuple[str, int, int], list[Play]] = defaultdict(list)
    for play in known.plays:
        heard["utc", play.at.isoweekday(), play.at.hour].append(play)
        state = _state(play.event["location"])
        if state:
            local = play.at.replace(tzinfo=timezone.utc).astimezone(ZONE_OF[state])
            heard["local", local.isoweekday(), local.hour].append(play)
    for clock in ("utc", "local"):
        total = sum(len(plays) for key, plays in heard.items() if key[0] == clock)
        for weekday in range(1, 8):
            for hour in range(24):
                plays = heard.get((clock, weekday, hour), [])
                hours = sum(play.listened_ms or 0 for play in plays) / 3_600_000
                yield clock, weekday, hour, len(plays), hours, share(len(plays), total)


# ----------------------------------------------------------------------------------------------------
# Recommendations

LIST_LENGTH = 10
HISTORY_SONGS = 100
NEIGHBOURS = 50
MIN_CO_LISTENERS = 2
SHRINKAGE = 10

Song = tuple[str, str]


def _song_key(song: Song) -> str:
    return hashlib.md5("".join(hashlib.md5(part.encode()).hexdigest() for part in song).encode()).hexdigest()


class Recommender:
    """Item-based collaborative filtering on who played what, with one dictionary of songs a user."""

    def __init__(self, listened: dict[int, set[Song]], known: dict[int, set[Song]]) -> None:
        """`listened`: the songs to learn from, by user; `known`: those not to recommend."""
        self.listened, self.known = listened, known
        self.listeners = Counter(song for songs in listened.values() for song in songs)
        co_listeners: dict[Song, Counter[Song]] = defaultdict(Counter)
        for songs in listened.values():
            for one, other in permutations([song for song in songs if self.listeners[song] >= MIN_CO_LISTENERS], 2):
                co_listeners[one][other] += 1
        self.neighbours = {
            song: sorted(
                ((self._similarity(song, other, common), common, other) for other, common in others.items()),
                key=lambda found: (-found[0], self.by_popularity(found[2])),
            )[:NEIGHBOURS]
            for song, counts in co_listeners.items()
            if (others := {other: common for other, common in counts.items() if common >= MIN_CO_LISTENERS})
        }

    def by_popularity(self, song: Song) -> Row:
        """Orders songs: most listeners first."""
        return -self.listeners[song], _song_key(song)

    def _similarity(self, one: Song, other: Song, common: int) -> int:
        norm = math.sqrt(self.listeners[one] * self.listeners[other])
        return math.floor(1_000_000 * common * common / (norm * (common + SHRINKAGE)) + 0.5)

    def co_listened(self, user: int) -> list[tuple[int, Song]]:
        """Score and song, best first."""
        scores: Counter[Song] = Counter()
        for song in self.listened.get(user, ()):
            for similarity, _, other in self.neighbours.get(song, ()):
                scores[other] += similarity
        new = [(score, song) for song, score in scores.items() if song not in self.known.get(user, ())]
        return sorted(new, key=lambda found: (-found[0], self.by_popularity(found[1])))[:LIST_LENGTH]

    def popular(self, catalogue: Iterable[Song]) -> list[Song]:
        """The songs of a catalogue, most listeners first."""
        return sorted(catalogue, key=self.by_popularity)


def _user_songs(known: Facts) -> dict[int, dict[Song, tuple[datetime, datetime]]]:
    """First and last play, by user and song."""
    songs: dict[int, dict[Song, tuple[datetime, datetime]]] = defaultdict(dict)
    for play in known.plays:
        if play.title is not None and play.artist is not None:
            song = (play.title, play.artist)
            first, last = songs[play.user].get(song, (play.at, play.at))
            songs[play.user][song] = (min(first, play.at), max(last, play.at))
    return songs


def _considered(songs: dict[Song, tuple[datetime, datetime]]) -> set[Song]:
    newest = sorted(sorted(songs, key=_song_key), key=lambda song: songs[song][1], reverse=True)
    return set(newest[:HISTORY_SONGS])


def _song_ids(known: Facts) -> dict[Song, Row]:
    ids: dict[Song, Row] = {}
    for play in known.plays:
        if play.title is not None and play.artist is not None and play.song_id is not None:
            song = (play.title, play.artist)
            ids[song] = min(ids.get(song, (play.song_id, play.artist_id)), (play.song_id, play.artist_id))
    return ids


def _serving(known: Facts) -> tuple[Recommender, set[Song]]:
    played = _user_songs(known)
    listened = {user: _considered(songs) for user, songs in played.items()}
    recommender = Recommender(listened, {user: set(songs) for user, songs in played.items()})
    return recommender, {song for songs in played.values() for song in songs}


def song_recommendations(known: Facts) -> Iterator[Row]:
    """One row per song and rank."""
    recommender, catalogue = _serving(known)
    ids, popular = _song_ids(known), recommender.popular(catalogue)
    for song in catalogue:
        near: list[Row] = [
            (other, "co_listening", common, similarity / 1_000_000)
            for similarity, common, other in recommender.neighbours.get(song, ())[:LIST_LENGTH]
        ]
        listed = {song, *(row[0] for row in near)}
        near += [(other, "popularity", None, None) for other in popular[: 2 * LIST_LENGTH + 1] if other not in listed]
        for rank, (other, *why) in enumerate(near[:LIST_LENGTH], start=1):
            yield (*song, ids.get(song, (None,))[0], rank, *other, ids.get(other, (None,))[0], *why)


def user_recommendations(known: Facts) -> Iterator[Row]:
    """One row per user and rank."""
    recommender, catalogue = _serving(known)
    ids, popular = _song_ids(known), recommender.popular(catalogue)
    for user in {play.user for play in known.plays}:
        offers: list[Row] = [(song, "co_listening", score / 1_000_000) for score, song in recommender.co_listened(user)]
        listed = recommender.known.get(user, set()) | {offer[0] for offer in offers}
        offers += [(song, "popularity", None) for song in popular if song not in listed]
        for rank, (song, *why) in enumerate(offers[:LIST_LENGTH], start=1):
            yield (user, rank, *song, *ids.get(song, (None, None)), *why)


def recommendation_evaluation(known: Facts) -> Iterator[Row]:
    """One row per method."""
    played = _user_songs(known)
    listened = {user: _considered(songs) for user, songs in played.items()}
    hidden = {
        user: max(sorted(listened[user], key=_song_key), key=lambda song: songs[song][0])
        for user, songs in played.items()
        if len(songs) > 1
    }
    for user, song in hidden.items():
        listened[user].remove(song)
    recommender = Recommender(listened, {user: set(songs) - {hidden.get(user)} for user, songs in played.items()})
    popular = recommender.popular(recommender.listeners)
    lists: dict[str, dict[int, list[Song]]] = defaultdict(dict)
    for user in hidden:
        near = [song for _, song in recommender.co_listened(user)]
        new = [song for song in popular if song not in recommender.known[user]]
        lists["co_listening"][user] = near
        lists["popularity"][user] = new[:LIST_LENGTH]
        lists["co_listening_then_popularity"][user] = (near + [song for song in new if song not in near])[:LIST_LENGTH]
    for method, of_users in lists.items():
        hits = sum(hidden[user] in songs for user, songs in of_users.items())
        yield (
            method,
            LIST_LENGTH,
            len(hidden),
            sum(recommender.listeners[song] > 0 for song in hidden.values()),
            hits,
            share(hits, len(hidden)),
            len({song for songs in of_users.values() for song in songs}),
        )


# ----------------------------------------------------------------------------------------------------
# Marketing

REGIONS = {
    ("Northeast", "New England"): "CT ME MA NH RI VT",
    ("Northeast", "Middle Atlantic"): "NJ NY PA",
    ("Midwest", "East North Central"): "IL IN MI OH WI",
    ("Midwest", "West North Central"): "IA KS MN MO NE ND SD",
    ("South", "South Atlantic"): "DE DC FL GA MD NC SC VA WV",
    ("South", "East South Central"): "AL KY MS TN",
    ("South", "West South Central"): "AR LA OK TX",
    ("West", "Mountain"): "AZ CO ID MT NV NM UT WY",
    ("West", "Pacific"): "AK CA HI OR WA",
}
PLACE_OF = {state: place for place, states in REGIONS.items() for state in states.split()}
BROWSERS = (
    (r"Edge?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"MSIE |Trident/", "Internet Explorer"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chromium/", "Chromium"),
    (r"Chrome/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS = (
    (r"Windows", "Windows"),
    (r"iPhone|iPad", "iOS"),
    (r"Android", "Android"),
    (r"Mac OS X", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux", "Linux"),
)
DEVICES = ((r"iPad", "tablet"), (r"Mobile|iPhone", "phone"), (r"Android", "tablet"))


def _first_mark(agent: str | None, marks: tuple[tuple[str, str], ...], otherwise: str) -> str | None:
    if agent is None:
        return None
    return next((name for pattern, name in marks if re.search(pattern, agent)), otherwise)


def _segment(since_first: int, since_last: int, listening_days: int) -> str:
    if since_first < 7:
        return "new"
    if since_last >= 14:
        return "lapsed" if since_last >= 30 else "dormant"
    return "devoted" if listening_days >= 12 else "regular" if listening_days >= 5 else "casual"


def user_segments(known: Facts) -> Iterator[Row]:
    """One row per user who played something."""
    as_of = max(play.day for play in known.plays)
    for user, days in known.listening_days.items():
        events = [event for event in known.events if event["userId"] == user]
        plays = [play for play in known.plays if play.user == user]
        newest, level = events[-1], max(plays, key=lambda play: oracle.newness(play.event))
        state = _state(newest["location"])
        division = PLACE_OF[state][1] if state else None
        region = PLACE_OF[state][0] if state else None
        agent = newest["userAgent"]
        first, last = (as_of - min(days)).days, (as_of - max(days)).days
        late = [day for day in days if as_of - day < 30 * DAY]
        latest = [day for day in late if as_of - day < 15 * DAY]
        hours = sum(play.listened_ms or 0 for play in plays if play.day in late) / 3_600_000
        views = Counter(event["page"] for event in events if as_of - moment(event).date() < 30 * DAY)
        upgrade = sum((views["Upgrade"] > 0, len(late) >= 5, hours >= 3, last < 7))
        leave = sum((last >= 7, len(latest) < (len(late) - len(latest)) / 2, views["Downgrade"] > 0))
        is_free = level.level == "free"
        yield (
            user,
            as_of,
            _segment(first, last, len(late)),
            level.level,
            level.event["gender"],
            state,
            division,
            region,
            _first_mark(agent, DEVICES, "computer"),
            _first_mark(agent, SYSTEMS, "other"),
            _first_mark(agent, BROWSERS, "other"),
            min(days),
            max(days),
            last,
            len(late),
            sum(play.day in late for play in plays),
            hours,
            views["Upgrade"],
            views["Downgrade"],
            upgrade if is_free else None,
            is_free and upgrade >= 3,
            leave if last < 30 else None,
            last < 30 and leave >= 2,
        )


MARTS: dict[str, Callable[[Facts], Iterable[Row]]] = {
    "daily_activity": daily_activity,
    "active_users_daily": active_users_daily,
    "retention_cohorts_weekly": retention_cohorts_weekly,
    "subscription_changes": subscription_changes,
    "conversion_funnel": conversion_funnel,
    "subscription_movements_weekly": subscription_movements_weekly,
    "song_popularity_weekly": popularity_weekly(by_song=True),
    "artist_popularity_weekly": popularity_weekly(by_song=False),
    "song_chart_weekly": chart_weekly(by_song=True),
    "artist_chart_weekly": chart_weekly(by_song=False),
    "sessions": sessions,
    "inactivity_sessions": inactivity_sessions,
    "session_comparison": session_comparison,
    "listening_heat_map": listening_heat_map,
    "song_recommendations": song_recommendations,
    "user_recommendations": user_recommendations,
    "recommendation_evaluation": recommendation_evaluation,
    "user_segments": user_segments,
}
