"""A trained network as an ONNX file."""

from pathlib import Path


def export(network: Path, out: Path) -> int:
    """Write ``out`` and say how closely onnxruntime agrees. Raises ``ValueError`` where a package is missing or the two differ."""
    from heatnet.models import load_network
    from heatnet.models.export import TOLERANCE, export_onnx

    if out.suffix != ".onnx":
        raise ValueError(f"{out}: expected a name that ends in .onnx")
    model, about = load_network(network)
    difference = export_onnx(model, about, out)
    height, width = about.input.network_size
    print(f"{out}: {' and '.join(about.modalities)}, {width}x{height}; onnxruntime differs by {difference:.1g} (at most {TOLERANCE:g})")
    return 0
