"""The doctor finds what is missing and knows the cure."""

from pathlib import Path

import pytest

from heatnet.pipeline import doctor
from heatnet.pipeline.__main__ import main


def test_this_environment_is_sound() -> None:
    for check in (doctor.python, doctor.libraries, doctor.rays, doctor.kernel):
        finding = check()
        assert finding.good, finding


def test_missing_data_come_with_their_cure(toy) -> None:
    dvc = toy.root / "dvc.yaml"
    wanted = "data/msrs/vi, data/msrs/boxes, data/vistas2, data/weights"
    dvc.write_text(dvc.read_text().replace("data/vistas/images]", f"data/vistas/images, {wanted}]").replace(', "${root}/heatnet"', ""))
    found = list(doctor.data(toy.profile, current=True))
    assert [finding.text.split()[0] for finding in found] == ["./data/msrs", "./data/vistas2", "./data/weights"]
    assert "heatnet fetch msrs msrs-boxes" in found[0].cure
    assert "see the README" in found[1].cure
    assert "heatnet fetch mfnet" in found[2].cure
    assert not any(finding.good for finding in found)


def test_what_needs_a_registration_comes_first_and_what_is_fetched_last() -> None:
    said = doctor.cure("bdd", "profiles/paper")
    steps = ["https://bdd-data.berkeley.edu", "unpack it as bdd/", "cd profiles/paper; heatnet link DIR", "heatnet fetch bdd-night"]
    assert [said.index(step) for step in steps] == sorted(said.index(step) for step in steps)
    assert "fetch" not in doctor.cure("mf", ".")
    assert doctor.cure("camvid", ".").startswith("heatnet fetch camvid; or heatnet link")


def test_a_check_that_breaks_is_a_finding_and_the_exit_code(toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> doctor.Finding:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(doctor, "libraries", broken)
    monkeypatch.setattr(doctor, "rays", doctor.python)
    monkeypatch.setattr(doctor, "kernel", doctor.python)
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "BROKEN  broken: RuntimeError: operator torchvision::nms does not exist" in shown
    assert "folder .dvc" in shown


def test_another_python_on_the_path_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not doctor.path().good
