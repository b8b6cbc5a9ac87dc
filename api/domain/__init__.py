"""The rules, by noun. Functions take an open session first, never commit, and return frozen views instead of rows.

    kit                             files, texts, pages, failures, and units of work: what the nouns share
    webhooks                        targets and deliveries; everybody above may emit events
    accounts                        accounts, credentials, the ledger, quotas, requests that may be repeated
    catalog                         models with their states and contents, overlays
    work                            tasks of any kind, segments, claims under a lease, the fleet of workers
    renders                         uploads and orders -> tasks + ledger, files, shares, what deletes and cancels them
    projects                        files announced beforehand, templates, projects, their renders, workflows of it all
    generations                     flows: models generated or optimised, of Generio's and of the Grok 3D pipeline
    removal                         what nobody needs any more
    watching                        what an operator sees: queues, counts, who uses what

A noun imports those above it in this list, never one below; `catalog` and `work` don't know each other. What a kind of
work means for those who asked for it is the kind's Outcome: see `work.outcomes`.

Locks are taken in the order workflows, render jobs, announced models, uploads in parts, overlays, models that nobody
has read, task, running segment, the tasks that need it, lanes, the tasks' other segments, renders, flows, account,
webhook secret, webhook target, stored bytes. Keeping to it, two transactions may wait for each other but never in a
circle. Claims begin at the lane. Where a render and its model's preview go together, their tasks are locked in the
order of their ids, like those that need the same inspection; the tasks of a flow are locked input by input, in the
order of their steps.
"""
