"""Parametric product shapes: a name and a look become parts, parts become a GLB.

    library.SHAPES[name] -> Shape.model(Look) -> Model (parts, anchors) -> glb.write_parts -> file

    parts      what shapes, parts, finishes and looks are
    library    all shapes, one file per category: furniture, vessels, vehicles, tools, ...
    solids     closed meshes of product design: turned, rounded, extruded, swept      | the kit that
    blobs      closed smooth meshes of blended bodies: creatures, stones              | categories
    mapping    texture coordinates in metres                                          | build with
    finishes   the materials by name, and what each is made of
    textures   their maps: colour, roughness, relief
    glb        parts as binary glTF

Lengths are metres, +Y is up, the front of a thing looks along +Z. Colours are linear RGB, 0 to 1.
"""
