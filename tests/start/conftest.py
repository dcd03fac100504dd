"""Lets the services of a start be signed in to without any waiting."""

from ..providers.conftest import clock, limiters

__all__ = ["clock", "limiters"]
