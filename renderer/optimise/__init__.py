"""Optimisation: a model leaves as a GLB with fewer triangles, smaller textures or fewer bytes, and looks the same.

    file -> parts (its triangles) -> surface (all of them, in the world) -> collapse -> rewrite (the same document)
    both files -> compare: how far the surfaces are apart, how different the pictures

`model` does the first line and `compare` the second; `renderer.spec.wanted` says what can be asked for.
"""
