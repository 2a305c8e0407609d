"""Where a network's pixels lie beside the boxes, and which sizes of boxes it hits."""

import numpy as np

from heatnet.evaluation import box_hits
from heatnet.evaluation.boxes import Answer, box_heights, box_surroundings
from heatnet.taxonomy import CAR, PERSON, ROAD


def answer() -> Answer:
    """A person of 8 by 8 pixels at the centre of 32 by 32, one of 4 by 4 at the top left, a car below them."""
    boxes = np.array([[0, 0.5, 0.5, 0.25, 0.25], [0, 0.125, 0.125, 0.125, 0.125], [2, 0.5, 0.875, 0.5, 0.25]])
    mask = np.full((32, 32), ROAD, np.uint8)
    mask[12:20, 12:16] = PERSON  # half of the large person's box
    mask[10:12, 12:16] = PERSON  # above it, within the grown box
    mask[24:28, 8:16] = PERSON  # in the car's box, where no person is
    return boxes, mask


def test_called_pixels_are_in_a_box_of_the_class_near_one_or_elsewhere() -> None:
    inside, near, elsewhere = box_surroundings([answer()], PERSON)
    assert (inside, near, elsewhere) == (32 / 72, 8 / 72, 32 / 72)
    counted = box_hits(answer()[1], answer()[0])[0]
    assert inside == counted[2] / counted[3]  # the pixel precision
    assert box_surroundings([answer()], CAR) == (0.0, 0.0, 0.0)


def test_boxes_are_hit_by_height() -> None:
    assert box_heights([answer(), answer()], PERSON, (0, 4, 7, 8, 32)) == ["0.00 of 2", "–", "1.00 of 2", "–"]
    assert box_heights([answer()], CAR, (0, 32)) == ["0.00 of 1"]
