"""Renders: from the order to the files."""
