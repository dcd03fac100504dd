"""Plex: a user of a media server, and the watchlist of the account at plex.tv."""

from typing import Final

from ..spec import ProviderSpec, parts_of, sign_in_of

SPEC: Final = ProviderSpec(
    slug="plex",
    name="Plex",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
    announced_as=("_plexmediasvr._tcp.local.",),
)
