"""What is drawn for a frame, pass by pass, all on the device:

    ground + reflection + geometry -> 2x2-supersampled premultiplied picture -> resolve, yuv or yuva -> bytes

`shaders/material.frag.glsl` shades the model: a function for each layer of the material, in a file named after it.
"""
