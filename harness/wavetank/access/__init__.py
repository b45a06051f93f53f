"""Who may do what: the bucket as others meet it, and roles as they were used.

Both are found by looking at the target: `matrix` tries, `roles` compares what was granted with what
a sandbox saw used.
"""
