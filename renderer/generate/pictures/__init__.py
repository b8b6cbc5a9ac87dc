"""Pictures become models, without a network of the farm's or anybody's, by what a picture's outline tells.

    file -> read -> foreground -> ways -> paint -> glb
                        |          |
                    saliency    measure: profile, sheet
                                make: lathe, or sheet and relief -> solid
"""

from renderer.generate.pictures.engine import PictureEngine

__all__ = ["PictureEngine"]
