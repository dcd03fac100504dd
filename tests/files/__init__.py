"""Files of other services and of our own."""
