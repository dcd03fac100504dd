"""Starts Home Assistant in a world in which simulators are the web services.

Usage: python -m tests.demo.launcher HOSTS HASS_ARGUMENTS…

HOSTS is a JSON object: the address of a simulator by the host that it stands in for.

It runs in a process of its own, which ends with the one that started it: that one holds
the other end of the standard input.
"""

import json
import os
import signal
import socket
import sys
from threading import Thread
import time
from typing import Any

from homeassistant.__main__ import main as hass

from ..simulators.routing import LOCAL_HOSTS, install_routes

TIME_TO_STOP = 20


def follow_parent() -> None:
    """Stop when the process that started this one has gone."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(TIME_TO_STOP)
    os._exit(1)


def stay_local(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse connections that would leave this machine, whoever makes them."""
    if event != "socket.connect":
        return
    connection, address = arguments
    if connection.type & socket.SOCK_STREAM and isinstance(address, tuple):
        if address[0] not in LOCAL_HOSTS:
            raise ConnectionRefusedError(f"The demo does not connect to {address[0]}")


def main() -> int:
    """Run Home Assistant until it is told to stop."""
    hosts, *arguments = sys.argv[1:]
    Thread(target=follow_parent, name="Follow parent", daemon=True).start()
    install_routes(json.loads(hosts), strict=True)
    sys.addaudithook(stay_local)
    sys.argv = ["hass", *arguments]
    return hass()


if __name__ == "__main__":
    sys.exit(main())
