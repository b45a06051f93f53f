"""Drills: break a running pipeline on purpose and measure how it recovers."""
