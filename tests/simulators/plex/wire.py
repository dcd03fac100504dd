"""Answers in JSON or, where a client does not ask for it, in XML."""

from collections.abc import Mapping
from http import HTTPStatus
from xml.etree import ElementTree as ET

from aiohttp import web
import orjson

type Json = dict[str, object]

VIDEOS = frozenset({"movie", "episode", "clip"})


def wants_json(request: web.Request) -> bool:
    """Return whether a client understands JSON, as its headers or its query say."""
    return "json" in request.headers.get(
        "Accept", request.query.get("X-Plex-Accept", "")
    )


def respond(
    request: web.Request,
    name: str,
    members: object,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    wrapped: bool = True,
) -> web.Response:
    """Return an answer; `wrapped` puts the name around the JSON, too."""
    if wants_json(request):
        return web.Response(
            status=status,
            headers=headers,
            body=orjson.dumps({name: members} if wrapped else members),
            content_type="application/json",
        )
    return web.Response(
        status=status,
        headers=headers,
        body=to_xml(name, members),
        content_type="text/xml",
    )


def to_xml(name: str, members: object) -> bytes:
    """Return a document: values are attributes, objects and lists are elements."""
    root = ET.Element(name)
    if isinstance(members, list):
        for each in members:
            add(root, name.removesuffix("s"), each)
    else:
        fill(root, members)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def fill(element: ET.Element, members: object) -> None:
    """Write members into an element."""
    if not isinstance(members, dict):
        element.text = written(members)
        return
    for name, value in members.items():
        if isinstance(value, list):
            # The cloud puts its lists into an element of their own.
            parent = ET.SubElement(element, name) if name[0].islower() else element
            for each in value:
                add(parent, name.removesuffix("s") if name[0].islower() else name, each)
        elif isinstance(value, dict):
            add(element, name, value)
        elif value is not None:
            element.set(name, written(value))


def add(parent: ET.Element, name: str, value: object) -> None:
    """Add an element; what a list calls metadata is a video or a folder."""
    if name == "Metadata" and isinstance(value, dict):
        name = "Video" if value.get("type") in VIDEOS else "Directory"
    fill(ET.SubElement(parent, name), value)


def written(value: object) -> str:
    """Return a value as an attribute has it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
