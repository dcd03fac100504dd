"""One suite for all providers: what each of them promises to the engine."""
