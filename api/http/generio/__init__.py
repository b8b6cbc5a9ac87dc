"""Generio's API for flows: models generated from texts and pictures, and optimised. Source: "Quickstart - Flows API
Documentation"."""
