"""One function per figure: arrays in, Figure out; the caption and the alt text are in its docstring (``texts``)."""

from heatnet.figures.calibration import calibration_errors, cost_landscape, descent, parallax, rig_geometry, uncertainty_ellipses
from heatnet.figures.curves import class_histogram, critic_accuracy, label_quality, loss_curves, temperature_over_hours, thermal_histogram
from heatnet.figures.features import domain_distances, feature_plane
from heatnet.figures.scenes import Scene, contact_sheet, modalities, overlay_edges, qualitative
from heatnet.figures.scores import box_bars, confusion_matrix, per_class_bars, table_bars, transfer, transfer_matrix
from heatnet.figures.sheets import pairs_sheet
from heatnet.figures.street import brightness_histograms, image_steps
from heatnet.figures.style import colourise, save, texts
from heatnet.figures.views import views

__all__ = [
    "Scene",
    "box_bars",
    "brightness_histograms",
    "calibration_errors",
    "class_histogram",
    "colourise",
    "confusion_matrix",
    "contact_sheet",
    "cost_landscape",
    "critic_accuracy",
    "descent",
    "domain_distances",
    "feature_plane",
    "image_steps",
    "label_quality",
    "loss_curves",
    "modalities",
    "overlay_edges",
    "pairs_sheet",
    "parallax",
    "per_class_bars",
    "qualitative",
    "rig_geometry",
    "save",
    "table_bars",
    "temperature_over_hours",
    "texts",
    "thermal_histogram",
    "transfer",
    "transfer_matrix",
    "uncertainty_ellipses",
    "views",
]
