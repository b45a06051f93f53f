"""Access to the bucket, found by trying, and role policies compared with their use."""
