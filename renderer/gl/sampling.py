"""How many samples make a pixel: one number for Python and, by the name SUPERSAMPLING, for every shader."""

SUPERSAMPLING = 2
"""Samples per pixel along each axis, for every tier.

Shaders spread work over the samples of a pixel, and conversions to pixels take their mean (shaders/samples.glsl). Those
that need exactly 2x2, for one bilinear read or one gather, refuse to compile with another number.
"""
