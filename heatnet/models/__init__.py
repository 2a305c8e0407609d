"""Networks: HeatNet in all its compositions, its critic, MFNet, and networks that come as a file."""

from heatnet.models.critic import Critic
from heatnet.models.existing import OnnxNetwork, OriginalMFNet, open_network
from heatnet.models.files import NetworkFile, load_network, save_network
from heatnet.models.heatnet import CHANNELS, HeatNet, Modality, build
from heatnet.models.mfnet import MFNet

__all__ = [
    "CHANNELS",
    "Critic",
    "HeatNet",
    "MFNet",
    "Modality",
    "NetworkFile",
    "OnnxNetwork",
    "OriginalMFNet",
    "build",
    "load_network",
    "open_network",
    "save_network",
]
