"""The sync engine: pure Python that knows no Home Assistant, no HTTP and no service.

Data goes one way: read → match → plan → guard → apply → confirm → record.
"""
