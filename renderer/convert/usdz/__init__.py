"""A model as USDZ for AR viewers, through Pixar's own library (usd-core), which is an optional extra: it takes 209 MB.

    package: a file -> scene (renderer.load) -> stage -> USDZ
    stage:   the nodes above what is shown, each where it stands and as it moves (motion)
        meshes     a mesh for each primitive, by its triangles
        rigs       skins, and morph targets as blend shapes
        materials  UsdPreviewSurface, by networks of shaders, whose textures are pictures
        colors     those of vertices, baked into an atlas
        tangents   which way normal maps point
        variants   which materials are bound when

What is written keeps to what AR viewers read: Y up, metres, PNG and JPEG files of at most 2048 pixels per side, one
value per texture. The first animation plays at 30 frames per second. All that can't be written is named by a warning.
"""
