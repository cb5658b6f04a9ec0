"""Invented logs and songs with the shape, the habits and, on request, the faults of the real ones.

From the arguments to the files:

    settings   the arguments, checked
    folder     the folder written to, and the refusal to touch anyone else's
    chance     random choices that are the same on every Python
    words      invented names
    catalogue  the songs: those with a metadata file and those that are only heard
    listeners  the users
    patterns   which pages are looked at, and how often
    sessions   what one user does in one sitting, row for row
    logs       sessions over days and hours, written as log_data
    songs      the catalogue written as song_data
    dirt       every way in which a row can be spoiled, as a table
    mixing     spoiled rows spread over clean ones, and counted
"""
