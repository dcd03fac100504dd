"""Stateful stand-ins for the services that CrossWatch talks to."""
