"""The tables of the state file, by what they hold."""
