"""What makes a file one that nothing can be taken from, or written to."""

from enum import StrEnum


class FileFault(StrEnum):
    """Why a file is refused as a whole; each has a text of its own for people."""

    NOT_FOUND = "not_found"
    NOT_A_FILE = "not_a_file"
    NOT_READABLE = "not_readable"
    TOO_BIG = "too_big"
    EMPTY = "empty"
    NOT_TEXT = "not_text"
    NOT_UTF8 = "not_utf8"
    BROKEN_JSON = "broken_json"
    BROKEN_CSV = "broken_csv"
    BROKEN_ARCHIVE = "broken_archive"
    ARCHIVE_TOO_BIG = "archive_too_big"
    ARCHIVE_MEMBERS = "archive_members"
    ARCHIVE_LOCKED = "archive_locked"
    ARCHIVE_PATHS = "archive_paths"
    UNKNOWN_FORMAT = "unknown_format"
    UNKNOWN_COLUMNS = "unknown_columns"
    OTHER_FORMAT = "other_format"
    MISSING_COLUMNS = "missing_columns"
    WHICH_LIST = "which_list"
    NEWER_VERSION = "newer_version"
    NO_GOOD_ROWS = "no_good_rows"

    NO_FOLDER = "no_folder"
    SEVERAL_FILES = "several_files"
    EXISTS = "exists"
    NOT_WRITABLE = "not_writable"


class FileError(Exception):
    """A file is refused; `details` are what its text has to be filled in with."""

    def __init__(self, fault: FileFault, file: str, **details: str | int) -> None:
        """Remember what is wrong with which file."""
        super().__init__(f"{file}: {fault.value}")
        self.fault = fault
        self.details = {"file": file} | {
            name: str(value) for name, value in details.items()
        }
