"""The light: a studio made of panels, filtered for shading, and the shadows it casts.

    studio          panels and room -> radiance of any direction
    prefilter       radiance -> specular levels, irradiance, BRDF table
    environment     the same as textures on the device, kept on disk between runs
    samples         key and dome -> directions to cast shadows along
    ground_shadow   those -> the soft shadow on the floor
    key_shadow      those -> which parts of the key each point of the model sees
    shadow          both of a shot, with the shader snippet that looks them up
"""
