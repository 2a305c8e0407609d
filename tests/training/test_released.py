"""What the released code does, slip by slip."""

import math
from dataclasses import replace

import pytest
import torch
from parts import ADVERSARY, TRAINING, model, source

from heatnet.data import Batch
from heatnet.taxonomy import IGNORE, NUM_CLASSES, ROAD, Domain
from heatnet.training import Report, adversarial, adversarial_learner, critics
from heatnet.training.released import best_on, double_softmax, one_optimiser, road_filled


def test_a_softmax_of_a_softmax_stays_in_a_narrow_band() -> None:
    sure, unsure = torch.zeros(1, NUM_CLASSES, 1, 1), torch.zeros(1, NUM_CLASSES, 1, 1)
    sure[0, 3] = 100
    assert double_softmax(sure).item() == pytest.approx(math.e / (math.e + 12), rel=1e-5)
    assert double_softmax(sure).item() == pytest.approx(0.1847, abs=1e-4)
    assert double_softmax(unsure).item() == pytest.approx(1 / 13)
    nine = torch.zeros(1, NUM_CLASSES, 1, 1)
    nine[0, 4] = math.log(9 * 12)
    assert double_softmax(nine).item() == pytest.approx(0.169, abs=1e-3)


def test_beyond_the_image_is_black_road() -> None:
    batch = source(0)(0)
    batch.rgb[:, :, :10], batch.thermal[:, :, :10] = 0, 0
    batch.label[:, :10] = IGNORE
    whole = road_filled(lambda step: replace(batch, weight=torch.full(batch.label.shape, 0.5)))(0)
    assert (whole.label[:, :10] == ROAD).all()
    assert (whole.rgb[:, :, :10] == -1).all()
    assert (whole.thermal[:, :, :10] == -1).all()
    assert (whole.weight[:, :10] == 1).all()
    assert torch.equal(whole.rgb[:, :, 10:], batch.rgb[:, :, 10:])
    assert torch.equal(whole.label[:, 10:], batch.label[:, 10:])
    assert (whole.weight[:, 10:] == 0.5).all()


def test_one_optimiser_forgets_about_the_idle_network() -> None:
    settings = replace(TRAINING, optimiser=replace(TRAINING.optimiser, name="rmsprop", weight_decay=0.0))
    judge = critics(model(), ADVERSARY, 1)
    run = one_optimiser(adversarial_learner(model(), judge, settings, ADVERSARY), settings.optimiser)
    assert run.optimisers["network"] is run.optimisers["critic"]
    next(adversarial(run, source(0), source(1, Domain.NIGHT), settings, ADVERSARY))
    shared, weight = run.optimisers["critic"], next(judge.parameters())
    after_both = shared.state[weight]["square_avg"].clone()
    before = weight.detach().clone()
    shared.zero_grad()
    shared.step()
    assert torch.allclose(shared.state[weight]["square_avg"], 0.99 * after_both), "it decays while another moves"
    assert torch.equal(weight, before), "and does not move"


def test_the_best_on_the_test_images_is_kept() -> None:
    network = torch.nn.Linear(1, 1)
    scores = {2: 0.3, 4: 0.9, 6: 0.9, 8: 0.1}

    def train():
        for step in range(8):
            network.weight.data.fill_(step + 1)
            yield Report(step, {}, 0.0)

    asked = []

    def score(subject: torch.nn.Module) -> float:
        asked.append(int(subject.weight.item()))
        return scores[asked[-1]]

    assert len(list(best_on(network, train(), score, 2))) == 8
    assert asked == [2, 4, 6, 8]
    assert network.weight.item() == 4


def test_the_released_networks_read_rgb() -> None:
    with pytest.raises(AssertionError, match="RGB"):
        road_filled(lambda step: Batch(None, torch.zeros(1, 1, 4, 4), None, None))(0)
