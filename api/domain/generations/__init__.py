"""Flows: models that are to be generated or optimised, whichever dialect they were ordered by.

    templates  what can be ordered: inputs, parameters, a price, and plans: the steps that make it
    flows      created, given inputs, started, looked at, listed; aborting begins here
    outcomes   what becomes of a flow's inputs with the tasks of their steps
    endings    how flows end: completed, failed with a refund, aborted, or too late
    assets     what goes into a flow, and what comes out of it
    keeping    models of the catalog that are generated, or kept of what was
    removal    flows that their owner deletes
    pipeline   the jobs of the Grok 3D pipeline: whose they are, how many may wait, its examples
"""
