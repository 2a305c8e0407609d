"""Self-training and soft labels: whose labels, which weight, what is moved, and the same again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from parts import INPUT, NETWORK, RECIPE, TRAINING, model, source

from heatnet import config
from heatnet.data import Batch, Samples
from heatnet.losses import confidence, distillation_loss, segmentation_loss
from heatnet.models import build
from heatnet.taxonomy import IGNORE, NAMES, NUM_CLASSES, Domain
from heatnet.training import learner, resumable
from heatnet.training.alignment import Shares, bent, labelled_shares
from heatnet.training.distillation import counted, distilled
from heatnet.training.opinion import second_opinion
from heatnet.training.selftraining import answered, harder, own_labels, selftraining, selftraining_learner

WEIGHTS = torch.ones(NUM_CLASSES + 1)
NIGHT = source(1, Domain.NIGHT)


def steps(run, recipe=RECIPE, settings=TRAINING):
    return selftraining(run, source(0), NIGHT, settings, recipe, WEIGHTS)


def test_own_labels_are_the_teachers_weighted_by_its_sure_share_and_by_class() -> None:
    teacher, night = model().eval(), NIGHT(0)
    night.rgb[0, :, :8], night.thermal[0, :, :8] = 0, 0
    scale = torch.arange(NUM_CLASSES + 1).float()
    logits = teacher(night.rgb, night.thermal).detach()
    threshold = confidence(logits)[0].median().item()
    taught, share = own_labels(answered(teacher, night), night, threshold, scale)
    assert (taught.label[0, :8] == IGNORE).all()
    assert torch.equal(taught.label[1], logits[1].argmax(0))
    sure = [(confidence(logits)[i] > threshold).float().mean().item() for i in (0, 1)]
    assert share == pytest.approx(np.mean(sure), abs=1e-6)
    assert torch.allclose(taught.weight[1], sure[1] * scale[taught.label[1]])


def test_labels_take_the_shares_of_the_day() -> None:
    """Shares follow as running means do; bent by their ratio, an answer that is right on average calls classes as often as the day has them."""
    shares, day, night = Shares(), torch.zeros(NUM_CLASSES), torch.zeros(NUM_CLASSES)
    day[:2], night[:2] = torch.tensor([0.5, 0.5]), torch.tensor([0.75, 0.25])
    for step in range(3):
        shares.follow(day, night, 0.9, step)
    assert torch.allclose(shares.night, night)
    ratio = shares.ratio()
    assert ratio[0] == pytest.approx(0.501 / 0.751)
    assert ratio[5] == 1
    shares.follow(day, torch.ones(NUM_CLASSES), 0.9, 9)
    assert torch.allclose(shares.night, 0.9 * night + 0.1)
    answer = torch.full((1, NUM_CLASSES, 1, 1), 0.0)
    answer[0, :2, 0, 0] = torch.tensor([0.6, 0.4])
    total = 0.6 * ratio[0] + 0.4 * ratio[1]
    assert torch.allclose(bent(answer, ratio)[0, :2, 0, 0], torch.stack([0.6 * ratio[0], 0.4 * ratio[1]]) / total)
    assert torch.equal(bent(answer, torch.ones(NUM_CLASSES)), answer)
    batch = Batch(None, None, torch.tensor([[[1, IGNORE], [2, 1]]]), None)
    assert labelled_shares(batch)[[0, 1, 2]].tolist() == pytest.approx([0, 2 / 3, 1 / 3])
    assert labelled_shares(replace(batch, label=torch.full((1, 2, 2), IGNORE))).sum() == pytest.approx(1)


def test_a_weight_of_zero_leaves_a_term_out() -> None:
    day, night = source(0)(0), NIGHT(0)
    whole = harder(day, night, RECIPE, np.random.default_rng(0))
    assert list(whole) == ["styled", "mix", "masked", "cross-modal"]
    part = harder(day, night, replace(RECIPE, styled=0.0, mix=0.0, cross_modal=0.0), np.random.default_rng(0))
    assert list(part) == ["masked"]
    assert torch.equal(part["masked"].rgb, whole["masked"].rgb), "a term's random numbers are its own"
    run = selftraining_learner(model(), TRAINING)
    assert list(next(steps(run, replace(RECIPE, masked=0.0))).losses) == ["day", "night", "styled", "mix", "cross-modal"]
    assert list(next(steps(run, replace(RECIPE, night=0.0))).losses) == ["day", "night", "styled", "mix", "masked", "cross-modal"], "both are asked"
    assert list(next(steps(run, replace(RECIPE, night=0.0, cross_modal=0.0))).losses) == ["day", "styled", "mix", "masked"]


def test_what_is_pasted_wears_the_style_that_the_day_wears() -> None:
    day, night = source(0)(0), NIGHT(0)
    made = harder(day, night, RECIPE, np.random.default_rng(0))
    plain = harder(day, night, replace(RECIPE, styled=0.0), np.random.default_rng(0))
    pasted = (plain["mix"].rgb == day.rgb).all(1)
    assert torch.equal(made["mix"].rgb.movedim(1, -1)[pasted], made["styled"].rgb.movedim(1, -1)[pasted])
    assert not torch.equal(made["styled"].rgb, day.rgb)
    assert torch.equal(made["mix"].label, plain["mix"].label)


def test_only_the_student_is_moved_by_gradients_and_the_teacher_follows() -> None:
    run = selftraining_learner(model(), TRAINING)
    reports = steps(run)
    next(reports)
    student, teacher = run.networks["network"], run.networks["teacher"]
    assert all(torch.equal(a, b) for a, b in zip(student.parameters(), teacher.parameters(), strict=True)), "the mean of one"
    first = [p.clone() for p in student.parameters()]
    next(reports)
    for old, new, mean in zip(first, student.parameters(), teacher.parameters(), strict=True):
        assert torch.allclose(mean, (old + new) / 2, atol=1e-6)
        assert mean.grad is None


def test_it_repeats_itself_and_resumes_to_the_same_bits(tmp_path: Path) -> None:
    settings = replace(TRAINING, steps=10)
    whole = selftraining_learner(model(), settings)
    complete = list(steps(whole, settings=settings))
    stopped = selftraining_learner(model(), settings)
    for report in resumable(stopped, lambda: steps(stopped, settings=settings), tmp_path / "run.pt", "mark", every=4):
        if report.step == 5:
            break
    resumed = selftraining_learner(model(), settings)
    assert list(resumable(resumed, lambda: steps(resumed, settings=settings), tmp_path / "run.pt", "mark", every=4)) == complete
    for name in ("network", "teacher", "shares"):
        pairs = zip(whole.networks[name].state_dict().values(), resumed.networks[name].state_dict().values(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)


def test_it_learns_and_the_teacher_is_worth_keeping() -> None:
    settings = replace(TRAINING, steps=60, optimiser=replace(TRAINING.optimiser, learning_rate=1e-2, weight_decay=0.0))
    run = selftraining_learner(model(), settings)
    reports = list(steps(run, replace(RECIPE, threshold=0.8), settings))
    night = NIGHT(1000)
    with torch.no_grad():
        answer = run.networks["teacher"].eval()(night.rgb, night.thermal).argmax(1)
    assert (answer == night.label).float().mean() > 0.8
    assert reports[-1].figures["confident share"] > reports[0].figures["confident share"]


def test_soft_labels_come_from_the_same_view_and_leave_the_teacher() -> None:
    teacher, student = model(5), build(NETWORK, ("rgb",), 6)
    before = [p.clone() for p in teacher.parameters()]
    run = learner(student, TRAINING)
    student_before = build(NETWORK, ("rgb",), 6)
    report = next(distilled(run, teacher, source(0), NIGHT, TRAINING, 2.0))
    assert list(report.losses) == ["day", "night"]
    assert all(torch.equal(a, b) for a, b in zip(before, teacher.parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(student_before.parameters(), student.parameters(), strict=True))


def test_distilling_a_network_into_itself_has_nothing_to_learn_and_labels_would() -> None:
    network, night = model().eval(), NIGHT(0)
    with torch.no_grad():
        logits = network(night.rgb, night.thermal)
    assert distillation_loss(logits, logits, 2.0, counted(night)).item() == pytest.approx(0, abs=1e-6)
    assert segmentation_loss(logits, logits.argmax(1)).item() > 0.1


def test_where_there_is_no_label_soft_labels_do_not_count() -> None:
    label = torch.tensor([[[1, IGNORE], [2, 3]]])
    weight = torch.tensor([[[0.5, 0.5], [0.25, 1.0]]])
    assert counted(Batch(None, torch.zeros(1, 1, 2, 2), label, weight)).tolist() == [[[0.5, 0.0], [0.25, 1.0]]]
    assert counted(Batch(None, torch.zeros(1, 1, 2, 2), label, None)).tolist() == [[[1, 0], [1, 1]]]


ASKED = config.SecondOpinion("rgb", ("curb", "bicycle"), config.Labelling((1.0,), False, 0.6), 0.1)
CURB, BICYCLE, CAR = (NAMES.index(name) for name in ("curb", "bicycle", "car"))


def test_a_second_opinion_counts_for_its_classes_where_it_is_sure() -> None:
    """Against the equation, pixel by pixel."""
    rng = np.random.default_rng(0)
    label, said = rng.choice([CURB, BICYCLE, CAR, IGNORE], (2, 3, 40, 50)).astype(np.uint8)
    weight, sure = rng.integers(0, 256, (2, 3, 40, 50)).astype(np.uint8)
    names = ("a", "b", "c")
    night = Samples(INPUT, names, names, (Domain.NIGHT,) * 3, None, None, label.copy(), weight.copy())
    both = second_opinion(night, zip(said, sure, strict=True), ASKED)
    for where in np.ndindex(label.shape):
        believed = said[where] in (CURB, BICYCLE) and sure[where] / 255 >= 0.6
        assert both.label[where] == (said[where] if believed else label[where])
        assert both.weight[where] == (255 if believed else round(0.1 * weight[where]))
    np.testing.assert_array_equal(night.label, label)
    trusted = second_opinion(replace(night, weight=None), zip(said, np.zeros_like(sure), strict=True), ASKED)
    np.testing.assert_array_equal(trusted.label, label)
    assert set(trusted.weight.flat) == {round(25.5)}


def test_a_second_opinion_says_what_is_wrong() -> None:
    night = Samples(INPUT, ("a",), ("a",), (Domain.NIGHT,), None, None, np.zeros((1, 4, 4), np.uint8), None)
    with pytest.raises(ValueError, match="second.classes: 'kerb' is none of our classes; expected some of road"):
        second_opinion(night, [], replace(ASKED, classes=("kerb",)))
    with pytest.raises(ValueError, match="a: no labels for a second opinion"):
        second_opinion(replace(night, label=None), [], ASKED)
    with pytest.raises(ValueError, match="shorter"):
        second_opinion(night, [], ASKED)
