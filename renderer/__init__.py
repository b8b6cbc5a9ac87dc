"""The 3D library of Pirouette: a model file in, video, stills, posters and training sets out.

It knows nothing of HTTP, SQL, queues or the environment; everything it needs arrives as arguments. The way of the data:

    model file -> load (Scene) -> scene (poses) -> camera (views) -> lighting, passes (GL) -> frames -> encode -> files
                                                                                          `-> dataset -> ZIP

`convert` and `samples` write models, with `gltf`. Decoders that hostile bytes could break run in children of `sandbox`.
`renderer.spec` is plain data and imports no GL, so a web server may import it; nothing else here should be imported
by code that only plans renders. The command line is ``python -m renderer chair.glb -o chair.mp4``.
"""
