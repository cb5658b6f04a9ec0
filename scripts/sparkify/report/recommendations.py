"""What should be recommended, and is it any good?"""

from __future__ import annotations

from sparkify.report import pictures
from sparkify.report.section import NOTHING_PLAYED, Ask, Figure, Section, Table
from sparkify.report.words import count, percent

SLUG, QUESTION = "recommendations", "What should be recommended?"
METHODS = {
    "co_listening_then_popularity": "Same listeners, then popularity",
    "co_listening": "Same listeners alone",
    "popularity": "Popularity alone",
}
GIVEN, BASELINE = "co_listening_then_popularity", "popularity"
SONGS, OFFERED = 3, 3


def section(ask: Ask) -> Section:
    """The fourth question, from the recommendations and their evaluation."""
    ((songs,),) = ask("select count(*) from song_popularity_weekly")
    if not songs:
        return Section(SLUG, QUESTION, (NOTHING_PLAYED,))
    return Section(SLUG, QUESTION, (_lists(ask), *_quality(ask)), (*_hit_rates(ask), *_examples(ask)))


def _lists(ask: Ask) -> str:
    ((users, rows, by_listeners),) = ask(
        "select count(distinct user_id), count(*), count(case when method = 'co_listening' then 1 end) "
        "from user_recommendations"
    )
    return (
        f"{count(users, 'listener')} have a list of songs that they never played; {percent(by_listeners, rows)} of its "
        "places go to songs of people who listen to the same, the rest to what most people play."
    )


def _evaluation(ask: Ask) -> dict[str, tuple[int, int, int]]:
    rows = ask("select method, hits, evaluated_users, list_length from recommendation_evaluation")
    return {method: (hits, users, length) for method, hits, users, length in rows if users}


def _quality(ask: Ask) -> tuple[str, ...]:
    found = _evaluation(ask)
    if not found:
        return ()
    hits, users, length = found[GIVEN]
    baseline = found[BASELINE][0]
    verdict = "better than" if hits > baseline else "no better than" if hits == baseline else "worse than"
    return (
        f"When the song that a listener came to last is hidden, it is among the {length} offered for {hits:,} of "
        f"{count(users, 'listener')} ({percent(hits, users)}): {verdict} offering everybody the most popular ones, "
        f"with {baseline:,} ({percent(baseline, users)}).",
    )


def _hit_rates(ask: Ask) -> tuple[Figure, ...]:
    found = _evaluation(ask)
    if not found:
        return ()
    ranked = [(METHODS[method], *found[method]) for method in METHODS]
    shown = [(name, hits / users, f"{percent(hits, users)} ({hits:,})") for name, hits, users, _ in ranked]
    return (
        Figure(
            "hit-rates",
            "How often the hidden song is among those offered",
            "Bars, one for each method: " + "; ".join(f"{name} {text}" for name, _, text in shown) + ".",
            Table(("Method", "Hits", "Listeners evaluated", "Songs offered"), ranked),
            lambda _: pictures.bars(shown, whole=1),
        ),
    )


def _examples(ask: Ask) -> tuple[Figure, ...]:
    rows = ask(
        "select title, artist, recommendation_rank, recommended_title, recommended_artist, co_listeners "
        f"from song_recommendations where method = 'co_listening' and recommendation_rank <= {OFFERED}"
    )
    if not rows:
        return ()
    totals = ask("select title, artist, sum(listeners) from song_popularity_weekly group by title, artist")
    listeners = {(title, artist): number for title, artist, number in totals}
    with_neighbours = {(title, artist) for title, artist, *_ in rows}
    best = sorted(with_neighbours, key=lambda song: (-listeners.get(song, 0), song))[:SONGS]
    chosen = sorted((best.index(row[:2]), *row) for row in rows if row[:2] in best)
    shown = [(f"{row[1]} · {row[2]}", row[3], f"{row[4]} · {row[5]}", row[6]) for row in chosen]
    return (
        Figure(
            "after-a-song",
            "What to play after a well-known song",
            "",
            Table(("After", "Rank", "Play", "Listeners of both"), shown, is_grouped=True),
        ),
    )
