"""USD and USDZ as glTF, through Pixar's own library (usd-core), which is an optional extra: it takes 209 MB.

    reader: starts a child of the sandbox, and checks what it says
    child: opening -> scene -> meshes, materials, textures, by usd-core, which trusts the bytes that it parses

What is read: meshes with their subsets, normals, texture coordinates and displayColor; UsdPreviewSurface with its
textures; transforms, instances and point instancers; metersPerUnit and upAxis. Of what moves, the first moment. All
else that would be seen is named by a warning. Nothing is read that isn't in the file itself.
"""
