"""A second opinion of the night: an RGB network is asked about what heat does not tell."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from jaxtyping import UInt8

from heatnet import config
from heatnet.data import Samples
from heatnet.taxonomy import NAMES


def second_opinion(
    night: Samples, answers: Iterable[tuple[UInt8[np.ndarray, "height width"], UInt8[np.ndarray, "height width"]]], settings: config.SecondOpinion
) -> Samples:
    """The night frames, relabelled where another network names one of ``settings.classes`` and is sure of it.

    ``answers``: that network's label and confidence (0 to 255) of every frame in turn (``labelling.predictions``). With ``y_T, c_T`` the
    labels that the frames have and their trust, ``y_R, c_R`` the answers, ``S`` the classes, ``tau`` ``labelling.least`` and ``w``
    ``others``, a pixel's label and trust are ``(y_R, 1)`` where ``y_R in S`` and ``c_R >= tau``, else ``(y_T, w c_T)``.
    Raises ``ValueError`` for an unknown class, and for frames without labels or without as many answers.
    """
    unknown = [name for name in settings.classes if name not in NAMES]
    if unknown:
        raise ValueError(f"second.classes: {unknown[0]!r} is none of our classes; expected some of {', '.join(NAMES)}")
    if night.label is None:
        raise ValueError(f"{night.names[0]}: no labels for a second opinion to differ from; read the frames with the thermal teacher's")
    chosen = [NAMES.index(name) for name in settings.classes]
    trust = np.full(night.label.shape, 255, np.uint8) if night.weight is None else night.weight
    label, weight = night.label.copy(), np.round(settings.others * trust).astype(np.uint8)
    for i, (said, sure) in zip(range(len(night)), answers, strict=True):
        believed = np.isin(said, chosen) & (sure >= 255 * settings.labelling.least)
        label[i][believed], weight[i][believed] = said[believed], 255
    return replace(night, label=label, weight=weight)
