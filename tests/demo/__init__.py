"""The demo: a real Home Assistant between a simulated Jellyfin and a simulated Trakt."""
