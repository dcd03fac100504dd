"""Tests of the providers, against simulated services."""
