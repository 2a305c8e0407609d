"""Label maps: the authors' table, and what is refused."""

import numpy as np
import pytest

from heatnet.taxonomy import (
    BACKGROUND,
    CAR,
    CATEGORIES,
    CITYSCAPES,
    CITYSCAPES_IDS,
    CURB,
    FENCE,
    IGNORE,
    LABEL_MAPS,
    MF,
    MF_OWN,
    MF_SCORED,
    PERSON,
    TERRAIN,
    VISTAS,
    VISTAS2,
    VISTAS2_NAMES,
    VISTAS_NAMES,
    palette,
)


def test_the_authors_vistas_map_slips_included() -> None:
    ours = dict(zip(VISTAS_NAMES, VISTAS.targets, strict=True))
    assert len(ours) == 66
    assert (ours["Barrier"], ours["Bird"], ours["Water"], ours["Boat"], ours["Unlabeled"]) == (CURB, PERSON, TERRAIN, CAR, IGNORE)
    assert sum(target == BACKGROUND for target in VISTAS.targets) == 16


def test_the_second_vistas_follows_the_first() -> None:
    first, second = (dict(zip(m.sources, m.targets, strict=True)) for m in (VISTAS, VISTAS2))
    assert len(second) == len(VISTAS2_NAMES) == 124
    shared = first.keys() & second.keys()
    assert len(shared) > 50
    assert {name: second[name] for name in shared} == {name: first[name] for name in shared}
    assert VISTAS2_NAMES.index("Lane Marking (only) - Test") == 58  # the release's own slip: "Test" for "Text"
    assert {second[name] for name in ("Road Median", "Concrete Block", "Temporary Barrier")} == {CURB}  # they were "Barrier"
    assert second["Person Group"] == PERSON


def test_cityscapes_ids_agree_with_its_train_ids() -> None:
    ids = dict(zip(CITYSCAPES_IDS.sources, CITYSCAPES_IDS.targets, strict=True))
    assert all(ids[name] == target for name, target in zip(CITYSCAPES.sources, CITYSCAPES.targets, strict=True))
    assert (CITYSCAPES_IDS.sources.index("road"), CITYSCAPES_IDS.sources.index("bicycle")) == (7, 33)


def test_what_mf_leaves_unlabelled_is_ignored_in_training_and_background_in_scoring() -> None:
    label = np.array([[0, 1, 6]], np.uint8)
    assert MF.apply(label, "x").tolist() == [[IGNORE, CAR, FENCE]]
    assert MF_SCORED.apply(label, "x").tolist() == [[BACKGROUND, CAR, FENCE]]
    assert MF_OWN.apply(label, "x").tolist() == [[0, 1, 6]]


def test_a_map_translates_pixels() -> None:
    assert MF.apply(np.array([[0, 1], [2, 5]], np.uint8), "x").tolist() == [[IGNORE, CAR], [PERSON, BACKGROUND]]


@pytest.mark.parametrize("name", sorted(LABEL_MAPS))
def test_a_stray_id_is_named(name: str) -> None:
    label_map = LABEL_MAPS[name]
    with pytest.raises(ValueError, match="street.png: label id 200 is not one of"):
        label_map.apply(np.full((2, 2), 200, np.uint8), "street.png")


def test_every_class_has_a_colour_of_its_own() -> None:
    assert len({category.colour for category in CATEGORIES}) == 13
    assert palette().shape == (14, 3)
