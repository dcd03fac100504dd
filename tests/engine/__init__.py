"""Tests of the engine, which need no Home Assistant."""
