"""Scenario files in TOML and the store of saved runs: schema, loading, errors with positions."""
