"""Signs a person in to MDBList, with the key to its API."""

from typing import Final, override

from ...engine.provider import ProviderError
from ..http import HttpClient
from ..sign_in import (
    Answers,
    DeviceCode,
    FieldKind,
    FormField,
    SignedIn,
    SignIn,
    SignInError,
)
from ..sign_in_errors import sign_in_error
from ..spec import SignInContext
from .client import HOST, PACE, MdblistClient
from .fields import USER_ID, USERNAME, account_from
from .quota import Quota, utc_now

API_KEY: Final = "api_key"


class MdblistSignIn(SignIn):
    """One attempt to sign in."""

    fields = (FormField(API_KEY, FieldKind.SECRET),)

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._context = context

    @override
    async def begin(self, answers: Answers) -> SignedIn:
        """Ask whose key it is."""
        api_key = str(answers.get(API_KEY) or "").strip()
        if not api_key:
            raise SignInError("mdblist_invalid_api_key")
        context = self._context
        http = HttpClient(
            context.session(True),
            context.limiters.for_host(HOST, PACE),
            secrets=lambda: (api_key,),
        )
        client = MdblistClient(http, api_key, Quota(utc_now))
        try:
            info = account_from(await client.user(), by_name=True)
        except ProviderError as err:
            raise sign_in_error(err, "mdblist_invalid_api_key") from err
        data = {API_KEY: api_key, USER_ID: info.account_id, USERNAME: info.name}
        return SignedIn(data=data, info=info)

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Refuse: there never is a code to wait for."""
        raise SignInError("code_expired")
