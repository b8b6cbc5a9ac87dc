"""Uploaded models and overlays."""
