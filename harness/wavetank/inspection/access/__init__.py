"""Who may do what: bucket access found by trying, and role policies compared with their use."""
