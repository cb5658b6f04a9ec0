"""The catalogue written as song_data: one song a file, folders by the letters of the track id."""

import os
from dataclasses import dataclass
from pathlib import Path

from sparkify.simulate.catalogue import Catalogue
from sparkify.simulate.dirt import HARMLESS, QUARANTINED, SONG_KINDS
from sparkify.simulate.mixing import Counts, number_of_dirty
from sparkify.simulate.text import song_line


@dataclass
class SongTotals:
    """What was written."""

    files: int
    songs: int


def write_songs(out: Path, catalogue: Catalogue, share: float, counts: Counts) -> SongTotals:
    """Writes every song once, and spoiled ones: each in a file of its own, unless its kind says otherwise."""
    songs = catalogue.songs
    contents = {song.track_id: song_line(song.fields).encode("ascii") for song in songs}
    dirty = number_of_dirty(len(songs), share, SONG_KINDS)
    touched: set[int] = set()
    for number in range(dirty):
        kind = SONG_KINDS[number % len(SONG_KINDS)]
        base = number * len(songs) // dirty
        if kind.outcome != QUARANTINED:
            # A song has one other version at most.
            around = (i % len(songs) for i in range(base, base + len(songs)))
            free = next((i for i in around if i not in touched), None)
            if free is None:
                continue
            base = free
            touched.add(base)
        song = songs[base]
        spoiled = kind.spoil(song.fields)
        if kind.outcome == HARMLESS:
            contents[song.track_id] = spoiled
        elif kind.same_file:
            contents[song.track_id] += b"\n" + spoiled
        else:
            contents[catalogue.track_id(base)] = spoiled
        counts.add(kind)
    made: set[str] = set()
    root = str(out / "song_data")
    for track_id, content in contents.items():
        folder = f"{root}/{track_id[2]}/{track_id[3]}/{track_id[4]}"
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        with open(f"{folder}/{track_id}.json", "wb", buffering=0) as file:
            file.write(content)
    return SongTotals(len(contents), len(songs))
