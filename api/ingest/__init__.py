"""Untrusted bytes from outside: where they may come from, and what they may be."""
