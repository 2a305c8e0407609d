"""``python -m heatnet.pipeline``, also installed as ``heatnet``."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

Command = Callable[[argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code: 0 for success, 1 for an error that the terminal explains."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="heatnet", description="Works on the profile of the current folder (the root is `street`).")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = _command(commands, "run", _run, "execute a stage's notebook (what `dvc repro` calls)")
    run.add_argument("stage")
    _command(commands, "fingerprint", _fingerprint, "write what of each stage's code decides its result")
    _command(commands, "plan", _plan, "what `dvc repro` would run now, and about how long it takes")
    _command(commands, "status", _status, "each stage: up to date or stale, and how long it took")
    _command(commands, "doctor", _doctor, "is everything in place? what is missing, with the cure")
    verify = _command(commands, "verify", _verify, "the paper's claims against the results: PASS or FAIL")
    verify.add_argument("--results", type=Path, metavar="DIR", help="default: results/PROFILE of the current profile")
    _command(commands, "publish", _publish, "write the profile's tables into the README")
    _predict_options(_command(commands, "predict", _predict, "a trained network on your own images: masks and overlays"))
    _street_options(_command(commands, "street", _street, "the simulator alone: labelled street images, RGB and thermal"))
    export = _command(commands, "export", _export, "a trained network as an ONNX file, checked with onnxruntime")
    export.add_argument("network", type=Path, metavar="NETWORK", help="e.g. networks/rgbt.safetensors")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.onnx")
    _calibrate_options(_command(commands, "calibrate", _calibrate, "a thermal camera against an RGB stereo pair, from your own recordings"))
    align = _command(commands, "align", _align, "thermal images of your own recordings into the left RGB view")
    align.add_argument("folder", type=Path, metavar="DIR", help="holds left/ right/ thermal/")
    align.add_argument("--calibration", type=Path, required=True, metavar="FILE", help="what `heatnet calibrate` wrote")
    align.add_argument("--out", type=Path, required=True, metavar="DIR")
    fetch = _command(commands, "fetch", _fetch, "get public data sets into data/, or say where to register for them")
    fetch.add_argument("names", nargs="*", metavar="NAME", help="camvid, msrs, msrs-boxes, mfnet, rig, freiburg, vistas ...; none lists them all")
    inventory = _command(commands, "inventory", _inventory, "count data sets against the published; list what is unpaired, unreadable or leaking")
    inventory.add_argument("layout", nargs="?", help="freiburg, mf, msrs, vistas, vistas_v2, bdd, cityscapes, camvid; default: the profile's sets")
    inventory.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="the folder of a set of that layout")
    inventory.add_argument("--quick", action="store_true", help="list only; default: every file is decoded and its ids are checked")
    ablate = _command(commands, "ablate", _ablate, "one run of the ablation, or its table (what `dvc repro ablations/dvc.yaml` calls)")
    ablate.add_argument("variant", nargs="?", help="of params.yaml in the current folder; none: the table of all runs")
    ablate.add_argument("seed", nargs="?", type=int)
    link = _command(commands, "link", _link, "use data sets that lie in another folder")
    link.add_argument("folder", type=Path, metavar="DIR")
    return parser


def _command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, command: Command, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=command)
    return parser


def _predict_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--network", type=Path, required=True, metavar="FILE", help="e.g. networks/rgbt.safetensors; .onnx, MFNet's .pth, a checkpoint's folder"
    )
    parser.add_argument("--rgb", type=Path, metavar="PATH", help="an image, or a folder of images")
    parser.add_argument("--thermal", type=Path, metavar="PATH", help="the same for thermal; pairs are found by file name")
    parser.add_argument(
        "--thermal-range",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        help="counts that are cold and hot in these images, e.g. 0 255 for 8-bit ones; default: those of the network's training",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--skip-broken", action="store_true", help="report files that cannot be used and go on; default: stop")


def _street_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--layout", choices=("freiburg", "vistas", "mf", "bdd"), required=True, help="whose folders, names and classes")
    parser.add_argument("--frames", type=int, required=True, metavar="N", help="freiburg: rounded up to whole drives")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="new, empty, or begun before with the same options: it resumes")
    parser.add_argument("--seed", type=int, metavar="S", help="another seed, another world; default: the one in the parameters")
    parser.add_argument("--scale", type=float, default=1.0, metavar="X", help="of the image size: the parameters', 640x480 (mf), 1280x720 (bdd)")
    parser.add_argument("--params", type=Path, metavar="FILE", help="default: the params.yaml of the profile `street`")
    parser.add_argument("--thermal-stereo", action="store_true", help="freiburg: the rig's right thermal camera too, in recordings")
    parser.add_argument("--all-classes", action="store_true", help="mf: labels with the ids of Vistas, which name everything, instead of MF's")


def _calibrate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="holds left/ right/ thermal/ with 16-bit thermal PNGs of the same names")
    parser.add_argument("--rig", type=Path, required=True, metavar="FILE", help="Kalibr camchain or OpenCV YAML with rectified left and right")
    parser.add_argument("--guess", type=Path, metavar="FILE", help="one with left, right and thermal, by data sheet and tape measure")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the camchain to write (.yml: OpenCV YAML); a folder FILE_report beside it"
    )
    parser.add_argument("--speeds", type=Path, metavar="FILE", help="lines NAME,SPEED in m/s: the delay of thermal is then estimated too")


def _run(options: argparse.Namespace) -> int:
    from heatnet.pipeline.execute import StageFailed, run_stage
    from heatnet.pipeline.profile import load_profile

    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))  # a cluster's way to interrupt
    try:
        run_stage(load_profile(Path.cwd()), options.stage)
    except StageFailed as failure:
        print(f"\n{options.stage} failed.\n\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; a training stage goes on from its last checkpoint", file=sys.stderr, flush=True)
        os._exit(130)  # without the event loop's farewell
    return 0


def _fingerprint(options: argparse.Namespace) -> int:
    from heatnet.pipeline.fingerprint import write_fingerprints
    from heatnet.pipeline.profile import load_profile

    write_fingerprints(load_profile(Path.cwd()))
    return 0


def _publish(options: argparse.Namespace) -> int:
    from heatnet.pipeline.profile import find_profile
    from heatnet.pipeline.publish import publish

    print("README.md: " + ("tables written" if publish(find_profile()) else "tables up to date"))
    return 0


def _plan(options: argparse.Namespace) -> int:
    from heatnet.pipeline.profile import find_profile
    from heatnet.pipeline.status import print_plan

    return print_plan(find_profile())


def _status(options: argparse.Namespace) -> int:
    from heatnet.pipeline.profile import find_profile
    from heatnet.pipeline.status import print_status

    return print_status(find_profile())


def _doctor(options: argparse.Namespace) -> int:
    from heatnet.pipeline.doctor import print_diagnosis
    from heatnet.pipeline.profile import find_profile

    return print_diagnosis(find_profile())


def _verify(options: argparse.Namespace) -> int:
    from heatnet.pipeline.profile import find_profile
    from heatnet.pipeline.verify import print_claims

    if options.results is None:
        profile = find_profile()
        options.results = profile.root / "results" / profile.name
    return print_claims(options.results)


def _predict(options: argparse.Namespace) -> int:
    from heatnet.pipeline.predict import predict

    thermal_range = None if options.thermal_range is None else (options.thermal_range[0], options.thermal_range[1])
    return predict(options.network, options.rgb, options.thermal, options.out, options.skip_broken, thermal_range)


def _street(options: argparse.Namespace) -> int:
    from heatnet.pipeline.street import Order, street

    size = options.layout, options.frames, options.out, options.seed, options.scale
    return street(Order(*size, options.params, options.thermal_stereo, options.all_classes))


def _export(options: argparse.Namespace) -> int:
    from heatnet.pipeline.export import export

    return export(options.network, options.out)


def _calibrate(options: argparse.Namespace) -> int:
    from heatnet.pipeline.calibrate import calibrate

    return calibrate(options.folder, options.rig, options.guess, options.out, options.speeds)


def _align(options: argparse.Namespace) -> int:
    from heatnet.pipeline.calibrate import align

    return align(options.folder, options.calibration, options.out)


def _fetch(options: argparse.Namespace) -> int:
    from heatnet.pipeline.fetch import fetch
    from heatnet.pipeline.profile import find_profile

    return fetch(options.names, find_profile().folder / "data")


def _inventory(options: argparse.Namespace) -> int:
    from heatnet.pipeline.inventory import print_inventory, sets_of
    from heatnet.pipeline.profile import find_profile

    if (options.layout is None) != (options.folder is None):
        raise ValueError("inventory: give a layout and a folder, or neither for the sets of the current profile")
    return print_inventory(sets_of(find_profile()) if options.layout is None else {options.folder: options.layout}, not options.quick)


def _ablate(options: argparse.Namespace) -> int:
    from heatnet.pipeline.ablation import ablate, tabulate

    if (options.variant is None) != (options.seed is None):
        raise ValueError("ablate: give a variant and a seed, or neither for the table")
    if options.variant is None:
        tabulate(Path.cwd())
    else:
        ablate(Path.cwd(), options.variant, options.seed)
    return 0


def _link(options: argparse.Namespace) -> int:
    from heatnet.pipeline.fetch import link
    from heatnet.pipeline.profile import find_profile

    return link(options.folder, find_profile())


if __name__ == "__main__":
    sys.exit(main())
