"""The light: a studio made of panels, filtered for shading, and the shadows it casts.

    studio       panels and room -> radiance of any direction
    environment  radiance -> prefiltered specular map, irradiance, BRDF table (on the device, kept on disk)
    shadow       key and dome -> soft ground shadow, once per shot
    visibility   key -> which points of the model it reaches, once per shot
"""
