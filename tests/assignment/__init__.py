"""The assignment's requirements, and what shows them: requirements.toml, docs/requirements.md."""
