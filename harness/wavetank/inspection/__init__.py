"""Read-only checks of deployed pipelines: requirements, access, logs, assessment of many."""
