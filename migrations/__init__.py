"""Alembic's folder: how the schema of api.db.tables came to be, step by step. Installed with the service."""
