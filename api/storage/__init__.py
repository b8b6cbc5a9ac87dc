"""Where files lie: models that came in, results that go out. Callers know keys, never paths or buckets."""
