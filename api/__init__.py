"""The service: HTTP in, rules, rows, a queue, workers, files out. README.md draws the way of the data.

`http`, `worker` and `cli` are doors and never import each other; `domain` holds the rules and knows none of them.
"""
