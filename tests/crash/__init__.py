"""Tests that kill a real process in the middle of a run."""
