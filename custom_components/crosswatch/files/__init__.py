"""Files of other services and of our own: what they hold as records, and back.

Knows the engine only; everything here blocks and is called from worker threads.
"""
