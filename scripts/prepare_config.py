"""Prepare a folder in which Home Assistant starts with this integration, on loopback.

Usage: prepare_config.py FOLDER PORT
"""

import json
from pathlib import Path
import sys

INTEGRATION = Path(__file__).resolve().parent.parent / "custom_components/crosswatch"

# Only what the frontend needs to show integrations. Home Assistant's own set of default
# integrations would look for devices in the network.
CONFIGURATION = """\
homeassistant:
  name: CrossWatch
  internal_url: http://127.0.0.1:{port}
config:
frontend:
history:
logbook:
logger:
  default: info
  logs:
    custom_components.crosswatch: debug
"""


def _link_integration(folder: Path) -> None:
    """Let Home Assistant load the integration from this checkout."""
    link = folder / "custom_components/crosswatch"
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink():
        link.unlink()
    link.symlink_to(INTEGRATION, target_is_directory=True)


def _bind_to_loopback(folder: Path, port: int) -> None:
    """Write the HTTP settings that Home Assistant holds in its storage.

    An `http:` block would be taken over into this file only on trial, and given up at the
    next restart, after which Home Assistant listens on all addresses.
    """
    stable = {
        "server_port": port,
        "server_host": ["127.0.0.1"],
        "cors_allowed_origins": [],
        "ip_ban_enabled": True,
        "login_attempts_threshold": -1,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    store = {
        "version": 2,
        "minor_version": 2,
        "key": "http",
        "data": {"stable": stable, "pending": None, "yaml_migration_done": True},
    }
    path = folder / ".storage/http"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(store, indent=2), encoding="utf-8")


def prepare(folder: Path, port: int) -> None:
    """Prepare the folder; what a person changed in its configuration stays."""
    _link_integration(folder)
    _bind_to_loopback(folder, port)
    configuration = folder / "configuration.yaml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION.format(port=port), encoding="utf-8")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), int(sys.argv[2]))
