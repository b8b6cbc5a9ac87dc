"""The light: panels in surroundings, filtered for shading, and the shadows they cast.

    sources         panels and surroundings -> radiance of any direction
    presets         the ones to choose from: studio, soft, dark, outdoor, outline
    prefilter       radiance -> specular levels, irradiance, BRDF table
    environment     the same as textures on the device, kept on disk between runs
    photograph      a panorama (.hdr, .exr) -> the same, exposed, with its brightest lamp as the key
    samples         key and dome -> directions to cast shadows along
    ground_shadow   those -> the soft shadow on the floor
    key_shadow      those -> which parts of the key each point of the model sees
    kept_shadow     both of a model that stands still, kept on disk between runs
    shadow          both of a shot, with the shader snippet that looks them up
"""
