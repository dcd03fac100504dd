"""Signs a person in to a Kodi: with the user name and password of its web server."""

from typing import Final, override

from ...engine.provider import (
    AuthenticationError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from ..http import JsonObject, TlsError
from ..sign_in import (
    Answers,
    DeviceCode,
    FieldKind,
    FormField,
    SignedIn,
    SignIn,
    SignInError,
)
from ..spec import SignInContext
from .address import DEFAULT_PORT, device_id, parse_address
from .identity import APPLICATION, FRIENDLY_NAME, NAME, PROFILE, VERSION, account_info
from .rpc import Call, Code, Reply, RpcClient, result_of, rpc_client

# Of the interface. Earlier ones are not known to keep what is written.
OLDEST_API: Final = 12
OLDEST_RELEASE: Final = "19"

_PERMISSION: Final = Call("JSONRPC.Permission")
_NEEDED_RIGHTS: Final = ("ReadData", "UpdateData")


class KodiSignIn(SignIn):
    """One attempt to sign in to a Kodi."""

    fields = (
        FormField("url", FieldKind.URL),
        FormField("username", FieldKind.TEXT, required=False),
        FormField("password", FieldKind.SECRET, required=False),
        FormField("verify_ssl", FieldKind.SWITCH, default=True),
    )

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._context = context

    @override
    async def begin(self, answers: Answers) -> SignedIn:
        """Sign in; a Kodi without a password asks for none."""
        username = str(answers.get("username") or "").strip()
        password = str(answers.get("password") or "")
        if password and not username:
            raise SignInError("kodi_username_required")
        url = parse_address(str(answers.get("url") or ""))
        if url is None:
            raise SignInError("invalid_url")
        verify_ssl = bool(answers.get("verify_ssl", True))
        rpc = rpc_client(
            self._context.session(verify_ssl),
            self._context.limiters,
            url,
            username,
            password,
        )
        version, application, profile, name, rights = await _ask(
            rpc, [VERSION, APPLICATION, PROFILE, NAME, _PERMISSION]
        )
        properties = _object(APPLICATION, application)
        _check_version(_object(VERSION, version), properties)
        _check_rights(_object(_PERMISSION, rights))
        label = str(_object(PROFILE, profile).get("label") or "")
        if not label:
            raise SignInError("not_kodi")
        labels = {} if name.code == Code.METHOD_NOT_FOUND else _object(NAME, name)
        shown = str(labels.get(FRIENDLY_NAME) or "")
        device = self._device(url, label, shown)
        data: JsonObject = {
            "url": url,
            "verify_ssl": verify_ssl,
            "username": username,
            "password": password,
            "profile": label,
            "device": device,
            "device_name": shown,
        }
        info = account_info(device, label, properties, labels)
        return SignedIn(data=data, info=info)

    def _device(self, url: str, profile: str, name: str) -> str:
        """Return what the account's device is known by: the address that it had first.

        Kodi knows nothing better. A device that has moved in the network is the same
        as long as it has its name.
        """
        known = self._context.known
        before = known.get("device")
        same = (known.get("profile"), known.get("device_name")) == (profile, name)
        return before if name and same and isinstance(before, str) else device_id(url)

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Refuse: there is no code to enter."""
        raise SignInError("code_expired")


def known_from(data: JsonObject) -> Answers:
    """Return the answers that an entry of Home Assistant's own Kodi gives.

    The password is asked for: secrets of other integrations are not ours to show.
    """
    host, port = data.get("host"), data.get("port")
    if not isinstance(host, str) or not host:
        return {}
    scheme = "https" if data.get("ssl") is True else "http"
    shown = f"[{host}]" if ":" in host else host
    return {
        "url": f"{scheme}://{shown}:{port if isinstance(port, int) else DEFAULT_PORT}",
        "username": str(data.get("username") or ""),
    }


async def _ask(rpc: RpcClient, calls: list[Call]) -> list[Reply]:
    """Return the replies; raises SignInError where there are none."""
    try:
        return await rpc.ask(calls)
    except TlsError as err:
        raise SignInError("tls_error") from err
    except AuthenticationError as err:
        raise SignInError("kodi_invalid_auth") from err
    except (ProviderUnavailableError, RateLimitedError) as err:
        raise SignInError("cannot_connect") from err
    except ProviderError as err:
        raise SignInError("not_kodi") from err


def _object(call: Call, reply: Reply) -> JsonObject:
    """Return the object that a Kodi answers a call with."""
    if reply.code == Code.BAD_PERMISSION:
        raise SignInError("kodi_no_permission")
    try:
        return result_of(call, reply)
    except ProviderError as err:
        raise SignInError("not_kodi") from err


def _check_version(answer: JsonObject, properties: JsonObject) -> None:
    """Refuse a release that is too old."""
    api = answer.get("version")
    major = api.get("major") if isinstance(api, dict) else None
    if not isinstance(major, int):
        raise SignInError("not_kodi")
    if major < OLDEST_API:
        release = account_info("", "", properties, {}).version
        raise SignInError("kodi_too_old", version=release, minimum=OLDEST_RELEASE)


def _check_rights(rights: JsonObject) -> None:
    """Refuse a connection over which nothing can be read or written."""
    if not all(rights.get(name) is True for name in _NEEDED_RIGHTS):
        raise SignInError("kodi_no_permission")
