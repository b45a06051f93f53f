"""What the brief asks for, and where that is shown: demands.toml, docs/requirements.md."""
