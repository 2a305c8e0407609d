"""Networks: HeatNet in all its compositions, its critic, MFNet, and networks that come as a file."""

from heatnet.models.baselines import Baseline, BaselineFile, build_baseline, load_baseline, save_baseline
from heatnet.models.critic import Critic
from heatnet.models.existing import OriginalMFNet, keep_network, open_network, reads
from heatnet.models.files import NetworkFile, load_network, save_network
from heatnet.models.heatnet import CHANNELS, HeatNet, Modality, build
from heatnet.models.huggingface import CheckpointNetwork
from heatnet.models.mfnet import MFNet
from heatnet.models.norms import frozen_norms
from heatnet.models.onnx_files import ExportedNetwork, OnnxNetwork
from heatnet.models.rtfnet import RTFNet
from heatnet.models.start import warm_start, warm_trunks

__all__ = [
    "Baseline",
    "BaselineFile",
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
    "build_baseline",
    "frozen_norms",
    "keep_network",
    "load_baseline",
    "load_network",
    "open_network",
    "reads",
    "save_baseline",
    "save_network",
    "warm_start",
    "warm_trunks",
]
