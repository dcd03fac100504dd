"""Tests of what a start of Home Assistant pays for CrossWatch."""
