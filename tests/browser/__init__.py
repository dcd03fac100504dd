"""A person in front of a real Home Assistant, with a real browser."""
