"""PLY files, text and binary of either byte order: polygons with normals and colours of their vertices.

    header: what there is, and how much of it     body: rows of numbers, checked against the bytes that there are
    document: positions, normals, colours, faces -> glTF

Why no library: trimesh refuses binary files whose faces have different numbers of corners, keeps NaN and indices beyond
the vertices, and reads a text's faces as vertices where the header counts too many; plyfile is under the GPL; meshio
needs a Python loop for each row.
"""
