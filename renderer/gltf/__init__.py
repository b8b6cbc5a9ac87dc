"""Writing glTF 2.0: the one place that makes documents and GLB files.

    arrays, images, pygltflib's objects -> builder: the JSON document and its buffer -> glb: one file

Reading is `renderer.load`'s, which trusts no byte. `glb` imports no pygltflib, so whoever moves documents about without
making one does not wait for it.
"""
