"""Frames into files: the bytes of frames in, checked MP4s and MOVs and PNG posters out. Knows nothing of how to draw.

    ffmpeg.py     an ffmpeg child, fed through a bounded queue, never outliving its render
    h264.py       which arguments make the video, its web version and its thumbnail
    available.py  whether this machine has the encoder that it is told to use
    prores.py     which arguments make the video with alpha
    image.py      stills: PNG, WebP, AVIF
    poster.py     frame 0 as PNG
    strip.py      some of the thumbnail's frames in one picture
    join.py       runs of frames that were encoded apart, as one file
    probe.py      whether the files are what was asked for
"""
