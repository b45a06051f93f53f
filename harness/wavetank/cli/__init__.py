"""The command line: one module per command, with its options, its output and its exit code."""
