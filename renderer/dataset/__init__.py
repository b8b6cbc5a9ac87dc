"""Training sets for radiance fields: a model in, a ZIP of pictures, depth, normals, masks and poses out.

    Scene -> layout (where everything is) -> buffers (views on the device) -> planes (PNG) -> archive -> ZIP
                                                        `-> points, thumbnails (kept) -> closing files -^
    A set may be drawn in parts, by many; export has both ways.

`renderer.dataset.check` is the other way round: it measures a finished set against the model.
"""
