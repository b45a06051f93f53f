"""The user's TOML files: `wavetank.toml`, and the position of the first mistake in any of them."""
