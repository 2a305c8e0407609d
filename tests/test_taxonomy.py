"""Label maps: the authors' table, and what is refused."""

import numpy as np
import pytest

from heatnet.taxonomy import BACKGROUND, CAR, CATEGORIES, CURB, IGNORE, LABEL_MAPS, MF, PERSON, TERRAIN, VISTAS, VISTAS_NAMES, palette


def test_the_authors_vistas_map_slips_included() -> None:
    ours = dict(zip(VISTAS_NAMES, VISTAS.targets, strict=True))
    assert len(ours) == 66
    assert (ours["Barrier"], ours["Bird"], ours["Water"], ours["Boat"], ours["Unlabeled"]) == (CURB, PERSON, TERRAIN, CAR, IGNORE)
    assert sum(target == BACKGROUND for target in VISTAS.targets) == 16


def test_a_map_translates_pixels() -> None:
    assert MF.apply(np.array([[0, 1], [2, 5]], np.uint8), "x").tolist() == [[IGNORE, CAR], [PERSON, BACKGROUND]]


@pytest.mark.parametrize("name", sorted(LABEL_MAPS))
def test_a_stray_id_is_named(name: str) -> None:
    label_map = LABEL_MAPS[name]
    with pytest.raises(ValueError, match="street.png: label id 99 is not one of"):
        label_map.apply(np.full((2, 2), 99, np.uint8), "street.png")


def test_every_class_has_a_colour_of_its_own() -> None:
    assert len({category.colour for category in CATEGORIES}) == 13
    assert palette().shape == (14, 3)
