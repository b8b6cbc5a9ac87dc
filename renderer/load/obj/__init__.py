"""Wavefront OBJ scans: a ZIP with one .obj, its .mtl and its textures becomes a glTF document in memory.

    reader: text -> ObjData           mtl: text -> ObjMaterial
    shading: smooth normals           files: names -> images of the archive
    document: all of these -> glTF's JSON and binary chunk

Why no library: tinyobjloader takes broken numbers for 0, lets indices beyond the vertices pass and mistakes
`map_Kd -s 2 2 -o ...`; trimesh takes four times as long and fans concave
polygons; PyWavefront lacks line continuations.
"""
