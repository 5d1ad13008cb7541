"""What an event means: pure values and functions, no I/O, no clock, no randomness. Has never heard of Git."""
