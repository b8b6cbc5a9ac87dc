"""Execution: a process that claims segments, renders them and settles them. The only code that uses the GPU."""
