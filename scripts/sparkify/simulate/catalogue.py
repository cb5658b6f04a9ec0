"""The songs: the catalogue, which has metadata files, and the far greater number that is only heard.

The catalogue has the habits of the real one: artists under several names or places, numbers as names, one
title with several durations, now and then one recording with two song_ids, untidy blanks.
"""

from dataclasses import dataclass

from sparkify.simulate import words
from sparkify.simulate.chance import Draw, Quantiles, Weighted, below, early, pick, stream
from sparkify.simulate.text import Row, log_value

UNLISTED, LISTED = 1, 2
"""The kind of a play: its song has no metadata file, or has one."""

Heard = tuple[str, str, str, int, int]
"""A song as the parts of a log row: artist with the row's beginning, length, title with the next keys; then
its whole seconds and the kind of its plays."""

_DURATIONS = Quantiles(
    *((0, 15.8), (0.01, 60), (0.1, 162), (0.25, 197), (0.5, 233), (0.75, 274)),
    *((0.9, 339), (0.95, 397), (0.99, 587), (0.999, 900), (1, 2400)),
)
_YEARS = Weighted((1950, 1960, 1970, 1980, 1990, 2000), (3, 20, 48, 96, 327, 838))
_HEXADECIMAL = "0123456789ABCDEF"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FEW_IN_A_FOLDER = 23
_HITS = 1_500
_UNLISTED_SONGS = 200_000
_UNLISTED_ARTISTS = 6_000


@dataclass
class Artist:
    """An artist of the catalogue. Coordinates in degrees, both or neither; location '' for unknown."""

    artist_id: str
    name: str | int
    location: str | int
    latitude: float | None
    longitude: float | None


@dataclass
class Song:
    """A song of the catalogue: its track id (the file's name) and the fields of its file."""

    track_id: str
    fields: Row


class Catalogue:
    """All songs with a metadata file, in the order of their track ids."""

    def __init__(self, seed: int, size: int) -> None:
        self._draw = stream(seed, "catalogue")
        self._ids: set[str] = set()
        self._artists: list[Artist] = []
        self._in_a_folder = max(_FEW_IN_A_FOLDER, -(-size // len(_LETTERS) ** 3))
        self.songs: list[Song] = []
        for number in range(size):
            fields = self._fields(number)
            self.songs.append(Song(self.track_id(number), fields))
        # A number as a name is text in the log.
        self.recordings = {(str(s.fields["artist_name"]), s.fields["title"], s.fields["duration"]) for s in self.songs}
        self.artist_names = [str(artist.name) for artist in self._artists]

    def track_id(self, number: int) -> str:
        """A new track id, such that few songs share a folder (its three letters are the id's)."""
        folder = number // self._in_a_folder
        base = len(_LETTERS)
        letters = (folder // base**2 % base, folder // base % base, folder % base)
        return self._id("TR" + "".join(_LETTERS[i] for i in letters), 2, "1", 10)

    def _id(self, head: str, letters: int, middle: str, digits: int) -> str:
        while True:
            text = head + "".join(pick(self._draw, _LETTERS) for _ in range(letters)) + middle
            text += "".join(pick(self._draw, _HEXADECIMAL) for _ in range(digits))
            if text not in self._ids:
                self._ids.add(text)
                return text

    def _fields(self, number: int) -> Row:
        draw = self._draw
        # Fixed steps instead of chance: a small catalogue has every habit too.
        if number % 131 == 17:
            return {**self.songs[-1].fields, "song_id": self._song_id()}
        if number % 61 == 7:
            before = self.songs[-1].fields
            other = _duration(draw)
            if other != before["duration"]:
                return {**before, "song_id": self._song_id(), "duration": other}
        artist = self._artist(number)
        title = words.title(draw)
        if number % 97 == 11:
            title += " "
        return {
            "num_songs": 1,
            "artist_id": artist.artist_id,
            "artist_latitude": artist.latitude,
            "artist_longitude": artist.longitude,
            "artist_location": artist.location,
            "artist_name": artist.name,
            "song_id": self._song_id(),
            "title": title,
            "duration": _duration(draw),
            "year": _year(draw),
        }

    def _song_id(self) -> str:
        return self._id("SO", 5, "12A", 8)

    def _artist(self, number: int) -> Artist:
        draw = self._draw
        if self._artists and (number % 29 == 5 or draw() < 0.1):
            known = self._artists[early(draw, len(self._artists))]
            return self._variant(known) if number % 29 == 5 else known
        name: str | int = 100 + below(draw, 900) if number % 151 == 20 else words.artist_name(draw)
        artist = Artist(self._id("AR", 5, "1187", 7), name, "", None, None)
        u = draw()
        if number % 173 == 30:
            artist.location = 10 + below(draw, 90)
        elif u < 0.55:
            artist.location = words.artist_place(draw)
            if u < 0.35:
                artist.latitude = (below(draw, 9_500_000) - 3_500_000) / 100_000
                artist.longitude = (below(draw, 26_000_000) - 12_500_000) / 100_000
        self._artists.append(artist)
        return artist

    def _variant(self, artist: Artist) -> Artist:
        """The same artist with another name or place, as it happens in the real files."""
        draw = self._draw
        u = draw()
        if u < 0.4:
            return Artist(**{**vars(artist), "name": f"{artist.name} feat. {words.artist_name(draw)}"})
        if u < 0.7:
            return Artist(**{**vars(artist), "name": f"{artist.name} / {words.last_name(draw)}"})
        return Artist(**{**vars(artist), "location": words.artist_place(draw)})


class Jukebox:
    """What users hear: a share of songs from the catalogue, the others from a long tail without metadata."""

    def __init__(self, seed: int, catalogue: Catalogue, share: float) -> None:
        """share: of plays, those whose song is in the catalogue (none is, if the catalogue is empty)."""
        self._draw = stream(seed, "plays")
        self._make = stream(seed, "unlisted songs")
        self._catalogue = catalogue
        self.share = share if catalogue.songs else 0.0
        self._listed = [
            heard(str(s.fields["artist_name"]), s.fields["title"], s.fields["duration"], LISTED)
            for s in catalogue.songs
        ]
        # Hits are not the songs of the first folders.
        for i in range(len(self._listed) - 1, 0, -1):
            j = below(self._make, i + 1)
            self._listed[i], self._listed[j] = self._listed[j], self._listed[i]
        self._unlisted: list[Heard | None] = [None] * _UNLISTED_SONGS
        self._names: list[str | None] = [None] * _UNLISTED_ARTISTS

    def next(self) -> Heard:
        """The next song that anybody plays."""
        draw = self._draw
        u = draw()
        if u < self.share:
            u = draw()
            # Not as steep as among all songs: a few hundred share what thousands share there.
            return self._listed[int((0.9 * u + 0.1) * u * len(self._listed))]
        if draw() < 0.25:
            u = draw()
            number = int(u * u * _HITS)
        else:
            u = draw()
            number = int(u * u * _UNLISTED_SONGS)
        # Made when first heard: most of the long tail never is.
        return self._unlisted[number] or self._add(number)

    def _add(self, number: int) -> Heard:
        draw = self._make
        while True:
            artist, title = self._artist(), words.title(draw)
            u = draw()
            if u < 0.025:
                title = _encoded_again(title)
            elif u < 0.035:
                title = title.replace("'", "\u0019")
            elif u < 0.037:
                title += " "
            duration = _duration(draw)
            if (artist, title, duration) not in self._catalogue.recordings:
                break
        song = self._unlisted[number] = heard(artist, title, duration, UNLISTED)
        return song

    def _artist(self) -> str:
        draw = self._make
        if self._catalogue.artist_names and draw() < 0.1:
            return pick(draw, self._catalogue.artist_names)
        number = early(draw, _UNLISTED_ARTISTS)
        name = self._names[number]
        if name is None:
            name = words.artist_name(draw)
            if draw() < 0.3:
                name = _encoded_again(name)
            self._names[number] = name
        return name


def heard(artist: str, title: str, duration: float, kind: int) -> Heard:
    """A song as parts of a log row. duration in seconds."""
    return (
        f'{{"artist":{log_value(artist)}',
        repr(duration),
        f'{log_value(title)},"status":200,"ts":',
        int(duration),
        kind,
    )


def _duration(draw: Draw) -> float:
    """Seconds, to five decimals: the nearest double of the text, so that log row and file agree exactly."""
    return int(_DURATIONS.draw(draw) * 100_000) / 100_000


def _year(draw: Draw) -> int:
    """0 for unknown."""
    return 0 if draw() < 0.3 else _YEARS.pick(draw) + below(draw, 10)


def _encoded_again(text: str) -> str:
    """UTF-8 bytes taken for Latin-1 and encoded once more: the fault of many real rows."""
    return text.encode().decode("latin-1").encode().decode("latin-1")
