"""Glossi's API under /api/v1: the paths, fields and words of its public documentation."""
