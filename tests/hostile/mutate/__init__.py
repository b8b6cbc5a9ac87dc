"""Files that were sound until somebody changed them. Each mutator takes its choices from the generator that it is
given and from nothing else, so the same seed gives the same bytes on every machine.

    plain        bytes that are overwritten, cut, repeated; numbers of a fixed width with a value at a boundary
    documents    glTF's JSON: values, indices, links between nodes, accessors, names, and the text itself
    containers   GLB chunks and ZIP directories that lie
    pictures     PNG, JPEG, WebP, AVIF, KTX2, Radiance HDR and OpenEXR, by their chunks and headers
    objects      OBJ and MTL, by their lines
"""
