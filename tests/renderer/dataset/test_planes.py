"""PNG files say what the planes say."""

import numpy as np

from renderer.dataset.planes import FOLDERS, Planes, encode_view, metric_depth
from tests.renderer.dataset.support import picture


def test_a_view_has_all_five_pictures_in_their_formats() -> None:
    grey = np.full((2, 2, 3), 128, np.uint8)
    depth16 = np.array([[65535, 0], [32768, 65535]], np.uint16)
    depth8, mask = np.array([[255, 0], [128, 255]], np.uint8), np.array([[0, 255], [255, 255]], np.uint8)
    files = encode_view(Planes(grey, grey + 1, depth16, depth8, mask))
    assert tuple(files) == FOLDERS
    read = {folder: picture(content) for folder, content in files.items()}
    assert (read["images"] == grey).all()
    assert (read["normals"] == grey + 1).all()
    assert read["depth"].tolist() == depth8.tolist()
    assert read["depth_16bit"].dtype == np.uint16
    assert read["depth_16bit"].tolist() == depth16.tolist()
    assert read["masks"].tolist() == mask.tolist()


def test_metric_depth_is_in_thousandths_and_unknown_outside_of_the_mask() -> None:
    grey = np.zeros((1, 3, 3), np.uint8)
    depth16 = np.array([[0, 32768, 65535]], np.uint16)
    planes = Planes(grey, grey, depth16, np.zeros((1, 3), np.uint8), np.array([[255, 255, 0]], np.uint8))
    assert metric_depth(planes, 2.0, 5.0).tolist() == [[2000, 3500, 0]]
