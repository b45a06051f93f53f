"""How long calls and handlers take."""
