"""What was delivered, as tables and charts: all that the notebooks show is worked out here."""
