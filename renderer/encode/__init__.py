"""Frames into files: planar YUV from `renderer.frames` in, checked MP4s and MOVs and PNG posters out.

    ffmpeg.py   one ffmpeg child per variant, fed through a bounded queue, never outliving its render
    h264.py     which arguments make the video, its web version and its thumbnail
    prores.py   which arguments make the video with alpha
    poster.py   frame 0 as PNG
    probe.py    whether the files are what was asked for
"""
