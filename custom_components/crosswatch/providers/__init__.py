"""The services: one package each, joined to the engine's provider contract."""
