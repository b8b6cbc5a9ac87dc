"""Engines that speak HTTP to somebody else: text to pictures, and pictures to models."""
