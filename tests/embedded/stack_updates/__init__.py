"""Updates of stacks, each checked by reading the resource through its own API."""
