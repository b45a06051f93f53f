"""The ticker pipeline: its data contract, records, first prices, table and invariants.

`campaign`, `pytest_plugin` and `simulation`, and every package below this one, work for any
pipeline and do not import it: they get what they need as an argument
(`history.outcome_entries.DataReader`, `deployment.pipelines.Pipeline`). `cli`, `deployment`,
`inspection`, `live` and `reporting` also serve the ticker pipeline and import it.
"""
