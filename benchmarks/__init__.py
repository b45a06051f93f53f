"""Benchmarks that measure in one process, so that only ratios are compared."""
