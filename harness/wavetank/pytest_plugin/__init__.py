"""The pytest plug-in: fixtures `simulator`, `virtual_clock` and `sandbox`, and marks for faults."""
