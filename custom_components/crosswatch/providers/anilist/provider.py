"""One AniList account, as the engine sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from copy import replace
from typing import TYPE_CHECKING, Final, override

from ...engine.evidence import Evidence, Informant
from ...engine.model import Feature, Item
from ...engine.provider import AccountInfo, FeatureSupport
from ..http import JsonObject
from ..late import LateProvider
from ..spec import Connection
from .capabilities import CAPABILITIES, OWN_IDS
from .fields import account_from, text_in
from .numbering_files import NumberingFiles
from .scores import ScoreFormat, step_of
from .wire import AniListWire, wire_of

if TYPE_CHECKING:
    from .records import AniListRecords

SLUG: Final = "anilist"
# Whose word a person is told it is.
NAME: Final = "Anime numbering"


class AniListProvider(LateProvider["AniListRecords"]):
    """One AniList account."""

    slug = SLUG

    def __init__(
        self,
        wire: AniListWire,
        data: JsonObject,
        files: NumberingFiles,
        save: Callable[[JsonObject], Awaitable[None]],
    ) -> None:
        """Take the API, what the sign-in returned, and the mapping files."""
        super().__init__()
        self._wire = wire
        self._data = data
        self._files = files
        self._save = save
        # How the account rates was told by an API that can be asked anything.
        self._is_plain = not text_in(data, "score_format")

    @classmethod
    def create(cls, connection: Connection) -> AniListProvider:
        """Return the account that a sign-in has returned."""
        data = connection.data
        token = text_in(data, "access_token")
        wire = wire_of(connection.session, connection.limiters, token)
        files = NumberingFiles(connection.options)
        return cls(wire, data, files, connection.save)

    @property
    @override
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what this account can do: how it rates, and what a mapping adds."""
        step = step_of(self._form)
        return {
            feature: replace(
                support,
                ids=support.ids if self._files else OWN_IDS,
                rating_step=step if feature is Feature.RATINGS else support.rating_step,
            )
            for feature, support in CAPABILITIES.items()
        }

    @override
    def _load(self) -> AniListRecords:
        """Import what reads and writes, and return it."""
        from .client import AniListClient  # noqa: PLC0415
        from .plain import PlainAniListClient  # noqa: PLC0415
        from .records import AniListRecords  # noqa: PLC0415

        user_id = text_in(self._data, "user_id")
        if self._is_plain:
            client: AniListClient = PlainAniListClient(self._wire, user_id)
        else:
            client = AniListClient(self._wire)
        return AniListRecords(client, user_id, self._files, self._note)

    @override
    async def identify(self) -> AccountInfo:
        """Return whose account it is."""
        wire = self._wire
        viewer = await (wire.plain_viewer() if self._is_plain else wire.viewer())
        return account_from(viewer)

    def informants(self) -> Sequence[Informant]:
        """Return what the mapping files know of items, also of other accounts."""
        if not self._files:
            return ()
        return (_LateInformant(self.records, self._files.version()),)

    @property
    def _form(self) -> ScoreFormat:
        """Return how the account rated when it was asked last."""
        form = text_in(self._data, "score_format")
        return ScoreFormat(form) if form in ScoreFormat else ScoreFormat.POINT_10

    async def _note(self, form: ScoreFormat) -> None:
        """Keep how the account rates, which a person can change at any time."""
        if form is not self._form:
            self._data = {**self._data, "score_format": form.value}
            await self._save(self._data)


class _LateInformant:
    """Says of items what the mapping files say; see `NumberingInformant`."""

    name = NAME
    numbers = True

    def __init__(
        self, records: Callable[[], Awaitable[AniListRecords]], version: str
    ) -> None:
        """Take what returns who knows the files, and which files these are."""
        self.version = version
        self._records = records

    async def look_up(self, items: Sequence[Item]) -> AsyncIterator[Evidence | None]:
        """Yield what is known of each item."""
        informant = (await self._records()).informant(self.name, self.version)
        async for answer in informant.look_up(items):
            yield answer
