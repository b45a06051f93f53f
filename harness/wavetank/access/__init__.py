"""Who may do what: the bucket as others meet it, and roles as they were used.

Both are found by looking at the target: `matrix` tries, `roles` reads what was granted, and
`wavetank.core.iam_report` compares that with what a sandbox saw used.
"""
