"""Engines that speak HTTP to somebody else: text to pictures, and pictures to models.

    chosen.choose(settings, weights)      which engine does what, also the local ones of `renderer.generate`
    calls.picture(settings, name, ...)    one call of "xai" or "openai", in a process of its own: prompt -> JPEG
    calls.mesh(settings, ...)             the same of "hosted": picture -> GLB
    standing.standings(settings)          of every engine, whether it can work on this machine, and if not, why

They need connections, which a worker's confined child can't open. So whoever has work for one calls it from a process
that can (a worker's parent), with a folder for the files. A call has checkpoints (`renderer.checkpoints`) at least once
a second; one that raises Cancelled ends the call with its process. What a call raises is as in
`renderer.generate.protocols`.
"""
