"""What the ticker pipeline is: its data contract, records, first prices, table and invariants.

Packages that work for any pipeline do not import it: they get what they need as an argument
(`history.outcome_entries.DataReader`, `deployment.pipelines.Pipeline`).
"""
