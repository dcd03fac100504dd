"""A module a format: from records to the text that a service can import."""
