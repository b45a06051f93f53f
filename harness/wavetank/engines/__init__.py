"""The ways to reach the pipeline: each starts, stops and resets one kind of emulator or target."""
