"""Generators: text and pictures become models.

    prompt -> TextToMesh -> GLB
    prompt -> TextToImage -> picture -> ImageToMesh -> GLB

`protocols` says what an engine is; those of this package need no network. The `procedural` ones need no weights either:
they choose and adjust parametric shapes, and say so in their metadata.
"""
