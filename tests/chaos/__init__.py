"""A farm under orders of all kinds while everything that it is made of is killed, stopped and continued at random.

    plan        what is struck when, and who orders what: drawn from a seed, so that it can be had again
    parts       the farm, in pieces that can be struck: server, workers, sweeper, database, broker, storage, disk, clock
    customers   orders on all dialects, followed to their end through every outage
    books       what must hold when all is over

`python -m tests.chaos --minutes 20 --seed 7` runs it and prints what it finds.
"""
