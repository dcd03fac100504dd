"""Tests of CrossWatch."""
