"""How well two libraries with gaps are matched, with a service to ask and without."""
