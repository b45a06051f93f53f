"""Web pages and JSON routes of a sandbox, served by LocalStack below `/_wavetank`."""
