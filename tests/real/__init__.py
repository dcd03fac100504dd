"""Tests against real programs, which run only on request: scripts/test --real NAME."""
