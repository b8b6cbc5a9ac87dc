"""Training sets for radiance fields: a model in, a ZIP of pictures, depth, normals, masks and poses out.

    Scene -> surface (what near and far must hold) -> buffers (views on the device) -> planes (PNG) -> archive -> ZIP
                                                            `-> points            transforms, colmap, blender -^

`renderer.dataset.check` is the other way round: it measures a finished set against the model.
"""
