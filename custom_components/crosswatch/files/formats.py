"""The formats of files, by the names under which a person chooses them."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """The formats that can be written."""

    JSON = "json"
    CSV = "csv"
    TRAKT_JSON = "trakt_json"
    TRAKT_CSV = "trakt_csv"
    SIMKL = "simkl"
    LETTERBOXD = "letterboxd"


class ImportFormat(StrEnum):
    """The formats that can be read."""

    JSON = "json"
    CSV = "csv"
    TRAKT = "trakt"
    SIMKL = "simkl"
    LETTERBOXD = "letterboxd"
    IMDB = "imdb"
