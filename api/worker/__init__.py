"""Execution: a process that claims segments and settles them, and a child of it that decodes, draws and encodes.

    parent    holds the lease, the database and the storage; never reads a model and never draws
    child     gets files and a spec, and gives files back; no database, no secrets; killed when the parent says so
    messages  all that the two say to each other, over the child's two pipes
    kinds     what the child can do
"""
