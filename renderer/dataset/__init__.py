"""Training sets for radiance fields: a model in, a ZIP of pictures, depth, normals, masks and poses out.

    Scene -> layout (where everything is) -> buffers (views on the device) -> planes (PNG) -> archive -> ZIP
                                                        `-> points, thumbnails (kept) -> closing files -^

`export` draws a set in one go or in parts, which many machines may draw. `check` measures a finished set against the
model.
"""
