"""A module a format: from its rows to records."""
