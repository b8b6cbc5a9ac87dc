"""dx.gl's API under /v1: the paths, fields and codes of its public reference."""
