"""AniList's login: the person's own API client, and a PIN that is swapped for a token."""

from typing import Final

from yarl import URL

from ..http import Answer, HostLimiter, HttpClient, Limiters, Pace

WEBSITE: Final = "https://anilist.co"
APPLICATIONS_URL: Final = f"{WEBSITE}/settings/developer"
# The page that shows the PIN; it has to be the redirect URL of the client as well.
REDIRECT: Final = f"{WEBSITE}/api/v2/oauth/pin"
_AUTHORIZE: Final = f"{WEBSITE}/api/v2/oauth/authorize"
_TOKEN: Final = f"{WEBSITE}/api/v2/oauth/token"


def oauth_limiter(limiters: Limiters) -> HostLimiter:
    """Return the limiter of the website, whose pace is not documented."""
    return limiters.for_host("anilist-website", Pace(concurrency=1))


def authorize_url(client_id: str) -> str:
    """Return the address at which the person allows access and gets the PIN."""
    query = {
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
    }
    return str(URL(_AUTHORIZE).with_query(query))


def code_in(pin: str) -> str:
    """Return the code that a person has pasted, be it alone or in an address."""
    text = pin.strip()
    if "://" in text:
        try:
            return URL(text).query.get("code", "").strip()
        except ValueError:
            return ""
    return "".join(text.split())


class OAuth:
    """The token endpoint, on behalf of one API client."""

    def __init__(self, http: HttpClient, client_id: str, client_secret: str) -> None:
        """Take the connection, and the id and secret of the API client."""
        self._http = http
        self._client = {"client_id": client_id, "client_secret": client_secret}

    async def exchange(self, code: str) -> Answer:
        """Return the answer to a code; a good one can be used once only."""
        return await self._http.request(
            "POST",
            _TOKEN,
            json={
                "grant_type": "authorization_code",
                **self._client,
                "redirect_uri": REDIRECT,
                "code": code,
            },
        )
