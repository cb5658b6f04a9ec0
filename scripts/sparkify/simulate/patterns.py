"""Which pages a session shows beside the plays, in which order and how often: counted from the real logs.

Each table has a line for each sequence of pages: how often it occurs, then the pages. Behind a ~ the user is
logged out. Where there are two tables, the first is that of free users and the second that of paid ones.
"""

from typing import NamedTuple

from sparkify.simulate.chance import Quantiles, Weighted

_REDIRECTS = ("Login", "Logout", "Save Settings", "Submit Upgrade", "Submit Downgrade")


class Step(NamedTuple):
    """A page that is looked at, with the parts of its row."""

    page: str
    logged_in: bool
    redirects: bool
    """Comes one second after the page before."""
    middle: str
    """From the method's value to the key of registration."""
    end: str
    """From the key of song to the key of ts."""


Steps = tuple[Step, ...]


def _steps(pages: str) -> Steps:
    return tuple(_step(name.strip()) for name in pages.split(",") if name.strip())


def _step(name: str) -> Step:
    page = name.removeprefix("~")
    redirects = page in _REDIRECTS
    status = 307 if redirects else 404 if page == "Error" else 200
    middle = f'"{"PUT" if redirects else "GET"}","page":"{page}","registration":'
    return Step(page, page == name, redirects, middle, f',"song":null,"status":{status},"ts":')


def _table(text: str) -> Weighted[Steps]:
    rows = [line.strip().partition(" ") for line in text.strip().splitlines()]
    return Weighted([_steps(pages) for _, _, pages in rows], [int(often) for often, _, _ in rows])


SWITCHES = (_steps("Upgrade, Submit Upgrade, Home"), _steps("Downgrade, Submit Downgrade, Home"))
"""How a free user becomes a paid one, and a paid user a free one."""

PLAYS = (
    Quantiles((0, 0), (0.175, 1), (0.6, 2), (0.7, 2.6), (0.8, 3.5), (0.9, 5), (0.95, 6.5), (0.99, 10), (1, 60)),
    Quantiles(
        *((0, 0), (0.05, 1), (0.1, 2), (0.2, 5), (0.3, 9), (0.4, 14), (0.5, 18.5), (0.6, 27), (0.7, 36.5)),
        *((0.8, 48), (0.9, 67), (0.95, 81), (0.99, 111), (1, 118)),
    ),
)
"""Plays in a session."""

WAITS = Quantiles((0, 0), (0.1, 8), (0.25, 25), (0.5, 80), (0.75, 200), (0.9, 500), (0.95, 800), (1, 3000))
"""Seconds from one page to the next."""

OPENINGS = (
    _table("""
        405
        163 Home
        6 ~Login, Home
        4 Home, Settings
        3 ~Home, ~Login, Home
        2 Home, Home
        2 Home, Logout, ~Home, ~Login, Home
        1 Help
        1 Error
        1 Home, Upgrade, Home
        1 ~Home, ~Help, ~Help, ~Login, Home
    """),
    _table("""
        102
        53 Home
        13 ~Login, Home
        13 ~Home, ~Login, Home
        2 Home, Downgrade
        2 Home, Settings
        2 ~Home, ~Home, ~Login, Home
        1 Home, Logout, ~Home, ~About, ~Login, Home
    """),
)
"""Before the first play."""

WITHOUT_PLAY = (
    _table("""
        109 Home
        3 ~Login, Home
        2 Home, Logout, ~Home
        2 ~Home, ~Login, Home
        2 Home, Settings, Save Settings, Home
        1 About
        1 Home, Home, Settings, Help
        1 Home, Upgrade, Home
        1 ~Home, ~About, ~Login, Home
    """),
    _table("""
        4 Home
        2 Home, Logout, ~Home
        2 ~Home, ~Login, Home
        1 ~Login, Home, Logout, ~Home
    """),
)
"""Sessions in which nothing is played."""

CHAIN_SHARE = (0.055, 0.043)
"""Of plays: other pages are looked at before the next one."""

CHAINS = (
    _table("""
        16 Home
        6 Upgrade, Submit Upgrade, Home
        6 Logout, ~Home, ~Login, Home
        3 Home, Settings
        2 Settings
        2 Upgrade
        2 Help
        2 Home, Upgrade
        2 Upgrade, Home
        2 Logout, ~Home, ~Home, ~Login, Home
        1 About
        1 Error
        1 Home, Home
        1 Upgrade, Upgrade, Submit Upgrade, Home
    """),
    # A Submit Downgrade is rarer in the real month: at that rate a simulated year ends without free users.
    _table("""
        96 Home
        26 Downgrade
        23 Help
        18 Settings
        17 Logout, ~Home, ~Login, Home
        9 Downgrade, Home
        5 Settings, Save Settings, Home
        3 About, About
        3 Home, Settings
        3 Logout, ~Home, ~Home, ~Login, Home
        3 Error
        3 Downgrade, Submit Downgrade, Home
        2 Settings, Home
        2 Settings, Help
        2 About, Home
        2 About
        2 Downgrade, Downgrade
        2 Help, Downgrade
        1 Home, Settings, Settings, Save Settings, Home
        1 Help, Help
    """),
)
"""Between two plays."""

ENDINGS = (
    _table("""
        545
        10 Home
        7 Logout, ~Home, ~Login, Home
        6 Logout, ~Home
        3 Upgrade
        2 About
        2 Logout, ~Home, ~About
        1 Help
        1 Help, Home
        1 Error
        1 Settings, Logout, ~Home
        1 Upgrade, Home
    """),
    _table("""
        124
        18 Logout, ~Home
        10 Downgrade
        8 Home
        5 Error
        5 About
        4 Logout, ~Home, ~Home
        4 Logout, ~Home, ~About
        1 Home, About, Home
        1 Help
        1 Home, Downgrade
        1 Logout, ~Home, ~Login, Home
    """),
)
"""After the last play."""

VISITS = _table("""
    24 ~Home
    2 ~Home, ~Home
    1 ~Home, ~About
    1 ~Help
    1 ~Home, ~Home, ~Help, ~Help
""")
"""Sessions in which nobody logs in."""
