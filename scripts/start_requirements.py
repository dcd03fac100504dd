"""Print what the Home Assistant of this environment wants to have as it starts.

Its manifests say so. Without these packages it would install them with every start.
"""

from importlib import resources
import json
from typing import Any

# What starts by itself, or because the frontend shows it.
STARTING = (
    "analytics",
    "application_credentials",
    "backup",
    "brands",
    "camera",
    "conversation",
    "ffmpeg",
    "frontend",
    "hardware",
    "history",
    "image_upload",
    "infrared",
    "labs",
    "logbook",
    "media_player",
    "network",
    "person",
    "radio_frequency",
    "stt",
    "system_health",
    "tts",
    "usb",
)
# The modules in scripts/stubs stand in for some; others are not imported by a start.
WITHOUT = {"av", "numpy", "pymicro-vad", "pyspeex-noise"}
# The log has colours, and Home Assistant takes them for granted.
ALWAYS = ("aiohasupervisor", "colorlog")


def manifest(domain: str) -> dict[str, Any]:
    """Return the manifest of an integration, empty where there is none."""
    file = resources.files("homeassistant") / "components" / domain / "manifest.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    return found


def requirements() -> set[str]:
    """Return the requirements of all that starts, and of what that depends on."""
    wanted, seen, waiting = set(ALWAYS), set[str](), list(STARTING)
    while waiting:
        if (domain := waiting.pop()) not in seen:
            seen.add(domain)
            wanted.update(manifest(domain).get("requirements", ()))
            waiting += manifest(domain).get("dependencies", ())
    return {each for each in wanted if each.split("==")[0].split("[")[0] not in WITHOUT}


if __name__ == "__main__":
    print("\n".join(sorted(requirements())))
