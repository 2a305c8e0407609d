"""Networks: HeatNet in all its compositions, its critic, MFNet, and networks that come as a file."""

from heatnet.models.critic import Critic
from heatnet.models.existing import OriginalMFNet, keep_network, open_network, reads
from heatnet.models.files import NetworkFile, load_network, save_network
from heatnet.models.heatnet import CHANNELS, HeatNet, Modality, build
from heatnet.models.huggingface import CheckpointNetwork
from heatnet.models.mfnet import MFNet
from heatnet.models.onnx_files import ExportedNetwork, OnnxNetwork
from heatnet.models.rtfnet import RTFNet
from heatnet.models.start import warm_start

__all__ = [
    "CHANNELS",
    "CheckpointNetwork",
    "Critic",
    "ExportedNetwork",
    "HeatNet",
    "MFNet",
    "Modality",
    "NetworkFile",
    "OnnxNetwork",
    "OriginalMFNet",
    "RTFNet",
    "build",
    "keep_network",
    "load_network",
    "open_network",
    "reads",
    "save_network",
    "warm_start",
]
