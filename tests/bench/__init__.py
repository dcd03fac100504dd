"""Measures what the integration costs: processor time, requests, memory, held loops."""
