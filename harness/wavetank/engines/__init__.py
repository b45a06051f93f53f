"""Engines: each starts, stops, resets and connects to one kind of emulator or target."""
