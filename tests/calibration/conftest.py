from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import scene

from heatnet.calibration.edges import View, views
from heatnet.calibration.recordings import Pair
from heatnet.config import Alignment, Calibration, Checks, Edges, Online, Refinement, Search, Stereo, Uncertainty


@pytest.fixture(scope="session")
def settings() -> Calibration:
    """Small and quick; images are half of the real rig's."""
    return Calibration(
        seed=0,
        frames=4,
        command_frames=6,
        stereo=Stereo(nearest=0.1, block=5, uniqueness=8, texture=1.5, coarse=2, edge_window=3, edge_damping=50.0, edge_reach_px=1.5),
        edges=Edges(3000, (6, 18), 4.0, (1.0, 0.2), 60.0, (1.5, 1.5), 2.5, 2.0, 1.0, 90.0, 50, 200),
        search=Search(
            width=160,
            blurs_px=(2.0, 1.0),
            rgb_blur_px=1.0,
            edges=700,
            candidates=400,
            elite=40,
            rounds=14,
            tries=1,
            agree_px=10.0,
            wide=1.6,
            floor=0.01,
            prior=(0.003, 0.0007),
            loose=0.25,
            focals=(0.87, 1.15),
            rotation_deg=2.5,
            translation_m=0.03,
            focal=0.05,
            centre=0.015,
            distortion=0.25,
            unknown_focals=(0.8,),
        ),
        refinement=Refinement((12.0, 6.0, 3.0, 1.5), 1, 4, 600000, 3, 1e-3, 0.3, 1.0, 0.01, 0.3, 0.002, 0.3, 2.0, 3.0),
        uncertainty=Uncertainty((4, 6), 1.4, 0.98, 3.0, 0.001, 0.05, 0.005, 0.5, 30.0),
        checks=Checks(300, 50, 1.0),
        online=Online(3000, 160, 2.0, 1.5, 400, 80, 12, 5, 2, (5.0, 5.0), 3, 100000, 3, 3.0, 0.2, 3, 0.2),
        alignment=Alignment(width=480, frames=4, fade=0.1, tolerance_px=0.5),
    )


@pytest.fixture(scope="session")
def scenes() -> list[scene.Scene]:
    rng = np.random.default_rng(5)
    return [scene.street(rng) for _ in range(3)]


@pytest.fixture(scope="session")
def pairs(scenes: list[scene.Scene]) -> list[Pair]:
    rng = np.random.default_rng(6)
    return [Pair(f"{i}", *scene.photograph(one, scene.RIG, rng)) for i, one in enumerate(scenes)]


@pytest.fixture(scope="session")
def seen(pairs: list[Pair], settings: Calibration) -> list[View]:
    return views(pairs, scene.RIG, settings)


@pytest.fixture(scope="session")
def record(pairs: list[Pair]) -> Callable[[Path, list[str]], None]:
    """Writes pairs into the folders of a drive under given stems."""

    def write(folder: Path, stems: list[str]) -> None:
        for stem, pair in zip(stems, pairs, strict=False):
            for name in ("left", "right", "thermal"):
                (folder / name).mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(folder / name / f"{stem}.png"), getattr(pair, name)[..., ::-1] if name != "thermal" else pair.thermal)

    return write
