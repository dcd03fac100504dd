"""What is played: a device tells how far it is, and the server keeps that."""

from http import HTTPStatus

from aiohttp import web

from .call import Access, Call, no_content
from .devices import Device
from .model import Item
from .parameters import parse_guid
from .refusal import Refusal, not_found
from .state import State


def begin(state: State, device: Device, item: Item, position: int) -> None:
    """Begin to play an item: that counts as a play, and as one that goes on."""
    data = state.data(device.user, item)
    data.play_count += 1
    data.last_played = state.now()
    data.played = False
    device.playing, device.position = item, position


def get_on(state: State, device: Device, position: int) -> None:
    """Keep how far it is; listeners are not told of that."""
    if device.playing is not None:
        data = state.data_untold(device.user, device.playing)
        state.played_to(device.playing, data, position)
    device.position = position


def end(state: State, device: Device) -> None:
    """Keep where it was stopped."""
    if device.playing is not None:
        data = state.data(device.user, device.playing)
        state.played_to(device.playing, data, device.position)
    device.playing = None


def report(call: Call) -> tuple[Device, int | None]:
    """Return who reports, and how far it is."""
    if call.device is None:
        raise Refusal(HTTPStatus.BAD_REQUEST)
    position = call.json().get("positionticks")
    return call.device, position if isinstance(position, int) else None


def playing(call: Call) -> web.Response:
    """Begin to play an item."""
    device, position = report(call)
    item_id = parse_guid(str(call.json().get("itemid"))) or ""
    item = call.server.state.visible(item_id, device.user)
    if item is None:
        raise not_found()
    begin(call.server.state, device, item, position or 0)
    return no_content()


def progress(call: Call) -> web.Response:
    """Tell how far it is."""
    device, position = report(call)
    if position is not None:
        get_on(call.server.state, device, position)
    return no_content()


def stopped(call: Call) -> web.Response:
    """Stop."""
    device, position = report(call)
    device.position = device.position if position is None else position
    end(call.server.state, device)
    return no_content()


ROUTES = (
    ("POST", "/Sessions/Playing", Access.SIGNED_IN, playing),
    ("POST", "/Sessions/Playing/Progress", Access.SIGNED_IN, progress),
    ("POST", "/Sessions/Playing/Stopped", Access.SIGNED_IN, stopped),
)
