"""The rules. Functions take an open session first, never commit, and return frozen views instead of database rows.

    uploads -> ordering -> shots + ledger + outbox   what a request creates, in one transaction
    claims (lanes), scheduling (states)              what workers do with it, under a lease
    removal, leftovers                               what goes again before or after that
    renders, catalog, overlays                       what is there
    accounts, tokens, fleet                          whose it is, who is asking, who is working

Locks are taken in the order overlays, shot, running segment, lane, the shot's other segments, renders, account. Keeping
to it, two transactions may wait for each other but never in a circle. Claims begin at the lane.
"""
