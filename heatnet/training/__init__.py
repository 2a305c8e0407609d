"""Training loops as generators: who calls them stops, logs, saves or plots."""

from heatnet.training.adversarial import accuracy, adversarial, adversarial_learner, critics
from heatnet.training.checkpoint import fingerprint, resumable
from heatnet.training.labelling import predictions
from heatnet.training.learner import Learner, Report, evaluating, frozen, learning_rate
from heatnet.training.supervised import Source, learner, supervised

__all__ = [
    "Learner",
    "Report",
    "Source",
    "accuracy",
    "adversarial",
    "adversarial_learner",
    "critics",
    "evaluating",
    "fingerprint",
    "frozen",
    "learner",
    "learning_rate",
    "predictions",
    "resumable",
    "supervised",
]
