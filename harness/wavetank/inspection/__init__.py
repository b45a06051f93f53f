"""Read-only checks of a deployed pipeline: requirements, access, logs, other people's pipelines."""
