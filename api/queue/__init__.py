"""The hand-off between the database and the workers: hints on a broker, and the sweep that makes them dispensable."""
