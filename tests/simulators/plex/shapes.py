"""Items, sections and plays as they stand in answers; what has no value is left out."""

from .behaviour import Behaviour
from .doings import Doings
from .library import Library
from .model import Item, ItemType, Play, Section, Session, View, Viewer
from .people import digest
from .wire import Json


def present(members: Json) -> Json:
    """Return the members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def metadata_key(item: Item) -> str:
    """Return the path under which there is more about an item."""
    path = f"/library/metadata/{item.key}"
    return f"{path}/children" if item.is_folder else path


class ItemWriter:
    """Writes items; what never changes of one is made once."""

    def __init__(self, doings: Doings, behaviour: Behaviour) -> None:
        """Take what people did."""
        self._doings = doings
        self._behaviour = behaviour
        self._bases: dict[int, tuple[tuple[str, int], Json]] = {}

    def item(self, item: Item, viewer: Viewer, *, guids: bool) -> Json:
        """Return an item as a viewer sees it, on request with its external ids."""
        state = (item.guid, item.updated_at)
        known, base = self._bases.get(item.rating_key, (None, {}))
        if known != state:
            base = base_of(item)
            self._bases[item.rating_key] = (state, base)
        written = dict(base)
        view = self._doings.view(viewer, item)
        written |= state_of(view)
        if item.is_folder:
            written["leafCount"] = sum(1 for _ in item.leaves())
            written["viewedLeafCount"] = self._doings.viewed_leaves(viewer, item)
            written["childCount"] = len(item.children)
        if guids and item.guids:
            written["Guid"] = [{"id": each} for each in item.guids]
        return written


def state_of(view: View) -> Json:
    """Return what a viewer did with an item."""
    written: Json = {}
    if view.count:
        written["viewCount"] = view.count
    if view.viewed_at is not None:
        written["lastViewedAt"] = view.viewed_at
    if view.offset:
        written["viewOffset"] = view.offset
    if view.rating is not None:
        written["userRating"] = view.rating
    if view.rated_at is not None:
        written["lastRatedAt"] = view.rated_at
    return written


def base_of(item: Item) -> Json:
    """Return what stands in every answer about an item."""
    top, season = item.top, item.parent
    members: Json = {
        "ratingKey": item.key,
        "key": metadata_key(item),
        "guid": item.guid,
        "type": item.type.value,
        "title": item.title,
        "librarySectionTitle": item.section.title,
        "librarySectionID": int(item.section.key),
        "librarySectionKey": f"/library/sections/{item.section.key}",
        "summary": "",
        "index": item.index,
        "year": item.year,
        "duration": item.duration,
        "originallyAvailableAt": item.released,
        "thumb": f"/library/metadata/{item.key}/thumb/{item.updated_at}",
        "addedAt": item.added_at,
        "updatedAt": item.updated_at,
    }
    if item.type is ItemType.SHOW:
        members["index"] = 1
    if season is not None:
        members |= {
            "parentRatingKey": season.key,
            "parentGuid": season.guid,
            "parentKey": f"/library/metadata/{season.key}",
            "parentTitle": season.title,
        }
    if season is not None and item.type is ItemType.EPISODE:
        members |= {
            "parentIndex": season.index,
            "grandparentRatingKey": top.key,
            "grandparentGuid": top.guid,
            "grandparentKey": f"/library/metadata/{top.key}",
            "grandparentTitle": top.title,
        }
    if item.files:
        members["Media"] = [
            media(item, file, nth) for nth, file in enumerate(item.files)
        ]
    return present(members)


def media(item: Item, file: str, nth: int) -> Json:
    """Return one version of an item with its file."""
    number = item.rating_key * 10 + nth
    return {
        "id": number,
        "duration": item.duration,
        "container": "mkv",
        "videoResolution": "4k" if nth else "1080",
        "Part": [
            {
                "id": number,
                "key": f"/library/parts/{number}/{item.added_at}/file.mkv",
                "duration": item.duration,
                "file": file,
                "size": 4_000_000_000,
                "container": "mkv",
            }
        ],
    }


def section_of(section: Section) -> Json:
    """Return a section."""
    scanner = "Plex Movie" if section.kind is ItemType.MOVIE else "Plex TV Series"
    return {
        "allowSync": True,
        "art": f"/:/resources/{section.kind}-fanart.jpg",
        "composite": f"/library/sections/{section.key}/composite/{section.updated_at}",
        "filters": True,
        "refreshing": False,
        "thumb": f"/:/resources/{section.kind}.png",
        "key": section.key,
        "type": section.kind.value,
        "title": section.title,
        "agent": str(section.agent),
        "scanner": scanner,
        "language": "en-US",
        "uuid": digest(f"section:{section.title}"),
        "updatedAt": section.updated_at,
        "createdAt": 1_600_000_000,
        "scannedAt": section.updated_at,
        "content": True,
        "directory": True,
        "contentChangedAt": section.changes,
        "hidden": 0,
        "Location": [
            {"id": int(section.key), "path": f"/data/{section.title.lower()}"}
        ],
    }


def play_of(play: Play, library: Library) -> Json:
    """Return a row of the play log; of what is gone there are only the titles."""
    item = library.living(play.item)
    was = play.item
    season = was.parent
    top = None if season is None else library.living(was.top)
    return present(
        {
            "historyKey": f"/status/sessions/history/{play.id}",
            "key": None if item is None else metadata_key(item),
            "ratingKey": None if item is None else item.key,
            "librarySectionID": was.section.key,
            "parentKey": f"/library/metadata/{item.parent.key}"
            if item is not None and item.parent is not None
            else None,
            "grandparentKey": None if top is None else f"/library/metadata/{top.key}",
            "title": was.title,
            "grandparentTitle": None if season is None else was.top.title,
            "type": was.type.value,
            "thumb": None if item is None else f"/library/metadata/{item.key}/thumb/1",
            "index": None if season is None else was.index,
            "parentIndex": None if season is None else season.index,
            "originallyAvailableAt": was.released,
            "viewedAt": play.viewed_at,
            "accountID": play.local_id,
            "deviceID": play.device_id,
        }
    )


def session_of(session: Session, item: Json) -> Json:
    """Return something that is being played; what is played comes without ids."""
    account = session.viewer.account
    local_id = session.viewer.local_id
    return {
        **{name: value for name, value in item.items() if name != "Guid"},
        # In sessions, the number of the section is a text.
        "librarySectionID": str(item["librarySectionID"]),
        "sessionKey": str(session.key),
        "viewOffset": session.offset,
        "User": {"id": str(local_id), "title": account.title, "thumb": account.thumb},
        "Player": {
            "address": "192.168.1.20",
            "machineIdentifier": session.player,
            "platform": "Android",
            "product": "Plex for Android (TV)",
            "state": session.state,
            "title": "Shield",
            "local": True,
            "relayed": False,
            "secure": True,
            "userID": local_id,
        },
        "Session": {"id": session.id, "bandwidth": 4000, "location": "lan"},
    }
