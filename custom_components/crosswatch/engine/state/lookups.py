"""What informants have answered, so that nobody is asked the same again for a while."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ..codec import decode_evidence, encode_evidence
from ..evidence import Evidence
from .database import Database

# As many keys as one statement takes at once.
_MANY = 500


class LookupTables(Database):
    """Keeps answers, by the informant and the key of what it was asked about."""

    def load_lookups(
        self, informant: str, keys: Iterable[str]
    ) -> dict[str, tuple[Evidence | None, float]]:
        """Return the known answers about these keys, and until when each holds."""
        wanted = list(keys)
        found: dict[str, tuple[Evidence | None, float]] = {}
        with self._transaction() as connection:
            for start in range(0, len(wanted), _MANY):
                some = wanted[start : start + _MANY]
                marks = ", ".join("?" for _ in some)
                for key, text, until in connection.execute(
                    "SELECT key, evidence, valid_until FROM lookup"  # noqa: S608
                    f" WHERE informant = ? AND key IN ({marks})",
                    (informant, *some),
                ):
                    answer = decode_evidence(informant, text) if text else None
                    found[key] = (answer, until)
        return found

    def save_lookups(
        self,
        informant: str,
        answers: Mapping[str, Evidence | None],
        *,
        found_until: datetime,
        unknown_until: datetime,
        forget: datetime,
    ) -> None:
        """Keep answers, each for its time; drop those that have not held since then."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM lookup WHERE valid_until < ?", (forget.timestamp(),)
            )
            connection.executemany(
                "INSERT OR REPLACE INTO lookup VALUES (?, ?, ?, ?)",
                (
                    (
                        informant,
                        key,
                        encode_evidence(each) if each else "",
                        (found_until if each else unknown_until).timestamp(),
                    )
                    for key, each in answers.items()
                ),
            )
