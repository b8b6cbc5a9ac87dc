"""TripoSR (Tochilkin et al., "TripoSR: Fast 3D Object Reconstruction from a Single Image", 2024): a model from one
picture by a network with local weights, which are under the MIT licence and are installed by `pirouette engines`.

    picture -> pictures.foreground -> prepare -> network: tokens of the picture -> three planes of features
                                                 -> field: density and colour at points -> surface -> glb

The network is written here as functions over the checkpoint's own names, so that nothing of the checkpoint but numbers
is ever loaded, and no file is looked for but the two in the weights' folder.
"""

from renderer.generate.triposr.engine import TripoSR

__all__ = ["TripoSR"]
"""The engine. Its packages (the extra `triposr`) are imported when it is first used."""
