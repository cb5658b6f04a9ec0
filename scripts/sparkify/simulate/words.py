"""Invented names of people, places, artists and songs. None is taken from real data."""

from sparkify.simulate.chance import Draw, below, pick


def _words(text: str) -> list[str]:
    return text.split()


_FIRST_HEADS = _words("Al Bri Cor Da El Fen Gwi Hal Io Jas Kel Lo Mi Nor Ori Per Quin Ro Syl Tam Ul Vel Wen Yar Zo")
_FIRST_TAILS = {
    "F": ("ena", "issa", "ora", "wyn", "ia", "elle"),
    "M": ("an", "rick", "on", "vin", "mer", "os"),
}
_LAST_HEADS = _words(
    "Ash Bram Cald Dun Ever Fair Gren Holl Ing Kest Lang Marl Nett Oak Pell Rav Sel Thorn Under Vance Whit Yel"
)
_LAST_TAILS = _words("brook combe dale ford gate ham ley mere sen ton well wick")
_CITY_HEADS = _words(
    "Alder Birch Cedar Dover Elm Falcon Granite Harbor Iron Juniper Kings Laurel Maple North Orchard "
    "Pine Quarry River Silver Timber"
)
_CITY_TAILS = (
    " City",
    " Falls",
    " Springs",
    "burg",
    "field",
    "ford",
    "haven",
    "port",
    "ton",
    "ville",
    " Grove",
)
_STATES = _words("CA TX NY FL IL PA OH GA NC MI WA AZ CO OR AL SC WI NH LA TN")
_STATE_GROUPS = _words("NY-NJ-PA IL-IN-WI PA-NJ-DE-MD DC-VA-MD-WV MA-NH OH-KY-IN OR-WA MO-KS")
_LANDS = (
    "England",
    "Scotland",
    "Norrland",
    "Ontario, Canada",
    "Germany",
    "M\u00e9xico",
    "Minas Gerais",
    "Jamaica",
)
_ADJECTIVES = _words(
    "Amber Broken Crimson Distant Electric Fading Golden Hollow Idle Jagged Kind Last Midnight Neon "
    "Open Paper Quiet Restless Silent Tender Unwritten Velvet Wandering Young B\u00f6rn\u00e9d "
    "Se\u00f1or"
)
_NOUNS = _words(
    "Anchor Bridge Candle Door Echo Feather Garden Harvest Island Jungle Kite Lantern Mirror Night "
    "Ocean Parade Question River Shadow Train Umbrella Valley Window Year Zephyr Caf\u00e9 Stra\u00dfe "
    "Coraz\u00f3n \u661f"
)
_ENDINGS = (
    "(Album Version)",
    "(Live)",
    "(Radio Edit)",
    "(LP Version)",
    "[Remastered]",
    "(Feat. The {noun}s)",
)


def first_name(draw: Draw, gender: str) -> str:
    return pick(draw, _FIRST_HEADS) + pick(draw, _FIRST_TAILS[gender])


def last_name(draw: Draw) -> str:
    return pick(draw, _LAST_HEADS) + pick(draw, _LAST_TAILS)


def city(draw: Draw) -> str:
    return pick(draw, _CITY_HEADS) + pick(draw, _CITY_TAILS)


def metro(draw: Draw) -> str:
    """A place as users have it: "City, ST", or a metropolitan area as "City-City, ST-ST"."""
    u = draw()
    if u < 0.5:
        return f"{city(draw)}, {pick(draw, _STATES)}"
    if u < 0.8:
        return f"{city(draw)}-{city(draw)}, {pick(draw, _STATES)}"
    return f"{city(draw)}-{city(draw)}-{city(draw)}, {pick(draw, _STATE_GROUPS)}"


def artist_place(draw: Draw) -> str:
    """A place as artists have it: free text in several styles, not always tidy."""
    u = draw()
    if u < 0.5:
        return f"{city(draw)}, {pick(draw, _STATES)}"
    if u < 0.75:
        return f"{city(draw)}, {pick(draw, _LANDS)}"
    if u < 0.92:
        return city(draw)
    town = city(draw)
    other = pick(draw, _LANDS)
    return pick(draw, (f" {town}", f"{town} ", f"{town}\t{other}", f"{town} &amp; {other}", f"{town} \ufffd"))


def artist_name(draw: Draw) -> str:
    u = draw()
    adjective, noun = pick(draw, _ADJECTIVES), pick(draw, _NOUNS)
    if u < 0.3:
        return f"The {adjective} {noun}s"
    if u < 0.55:
        return f"{first_name(draw, 'F' if u < 0.42 else 'M')} {last_name(draw)}"
    if u < 0.75:
        return f"{adjective} {noun}"
    if u < 0.88:
        return f"{last_name(draw)} & The {noun}s"
    if u < 0.97:
        return f"{noun} {last_name(draw)}"
    return f"{adjective}/{noun}/{last_name(draw)}"


def title(draw: Draw) -> str:
    u = draw()
    adjective, noun = pick(draw, _ADJECTIVES), pick(draw, _NOUNS)
    if u < 0.35:
        text = f"{adjective} {noun}"
    elif u < 0.6:
        text = f"{noun} of the {adjective} {pick(draw, _NOUNS)}"
    elif u < 0.8:
        text = f"Don't {pick(draw, ('Lose', 'Follow', 'Forget', 'Mind'))} the {noun}"
    elif u < 0.97:
        text = f"{city(draw)} {noun} No. {1 + below(draw, 40)}"
    else:
        text = f'"{noun}" \\ {adjective}; 100% {pick(draw, _NOUNS)}'
    if draw() < 0.2:
        text += " " + pick(draw, _ENDINGS).format(noun=pick(draw, _NOUNS))
    return text
