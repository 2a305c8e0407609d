"""A street seen by the paper's rig, with ground truth for everything.

``world`` draws a street from a seed, ``World.stretch`` lays a part of it out, ``Stretch.scene`` is that part at an instant,
``render.view`` is what both kinds of camera see of it; ``write_vistas``, ``write_recordings``, ``write_mf`` and ``write_bdd`` write
the data sets, between ``begin`` and ``finish`` where they must be there in whole or not at all.
"""

from heatnet.street.bdd import write_bdd
from heatnet.street.checks import check
from heatnet.street.files import begin, finish
from heatnet.street.jobs import Progress
from heatnet.street.mf import write_mf
from heatnet.street.path import Layout
from heatnet.street.recordings import write_recordings
from heatnet.street.vistas import write_vistas
from heatnet.street.weather import Moment
from heatnet.street.world import Scene, Stretch, World, world

__all__ = [
    "Layout",
    "Moment",
    "Progress",
    "Scene",
    "Stretch",
    "World",
    "begin",
    "check",
    "finish",
    "world",
    "write_bdd",
    "write_mf",
    "write_recordings",
    "write_vistas",
]
