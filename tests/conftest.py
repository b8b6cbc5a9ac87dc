"""What holds for every test: hypothesis draws the same examples each time, and fixtures that start real servers."""

import hypothesis

pytest_plugins = [
    "tests.support.device", "tests.render.film", "tests.support.goldens", "tests.support.outside",
    "tests.support.postgres", "tests.support.s3",
]

hypothesis.settings.register_profile(
    "deterministic", derandomize=True, deadline=None, database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],  # a busy machine's time says nothing of a test
)  # fmt: skip
hypothesis.settings.load_profile("deterministic")
