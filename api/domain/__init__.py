"""The rules. Functions take an open session first, never commit, and return frozen views instead of database rows.

    uploads -> renders -> shots + ledger + outbox    what a request creates, in one transaction
    scheduling (lanes, states)                       what workers do with it, under a lease
    removal                                          what goes again before or after that
    catalog, overlays, accounts, tokens, fleet       what is there, whose it is, who is asking, who is working

Locks are taken in the order overlays, running segment, lane, pending segment, renders, account. Keeping to it, two
transactions may wait for each other but never in a circle.
"""
