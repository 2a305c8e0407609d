from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from layouts import MakeSamples

from heatnet.config import Augmentation, Block, Colour
from heatnet.data import Batch, ahead, batch_at, cat, evaluation_batches
from heatnet.data.batches import indices_at

SOME = Block(0.5, (0.1, 0.5), (0.1, 0.5))
ALL_CHANGES = Augmentation((12, 20), 0.5, (0.7, 1.5), 10.0, Colour(0.2, 0.2, 0.2, 0.1), (0.5, 1.5), 0.2, 0.3, SOME, SOME)


def equal(first: Batch, second: Batch) -> bool:
    return all(torch.equal(getattr(first, part), getattr(second, part)) for part in ("rgb", "thermal", "label", "weight"))


def test_every_frame_comes_once_an_epoch():
    drawn = [i for step in range(35) for i in indices_at(10, step, 4, [3])]
    for epoch in range(14):
        assert sorted(drawn[10 * epoch : 10 * epoch + 10]) == list(range(10))
    assert len({tuple(drawn[10 * epoch : 10 * epoch + 10]) for epoch in range(14)}) == 14, "each epoch has its own order"


def test_a_batch_larger_than_the_set_repeats_frames_evenly():
    assert set(Counter(indices_at(3, 5, 12, [0])).values()) == {4}


def test_a_batch_is_a_function_of_seed_and_step(make_samples: MakeSamples):
    samples = make_samples()
    straight = [batch_at(samples, step, 4, [1], ALL_CHANGES) for step in range(4)]
    assert equal(batch_at(samples, 3, 4, [1], ALL_CHANGES), straight[3]), "a resumed run goes on as if it had not stopped"
    assert not equal(straight[0], straight[1])
    assert not equal(straight[0], batch_at(samples, 0, 4, [2], ALL_CHANGES))
    assert not equal(straight[0], batch_at(samples, 0, 4, [1, 0], ALL_CHANGES))


def test_a_frame_changes_differently_every_time(make_samples: MakeSamples):
    samples = make_samples(1)
    views = cat([batch_at(samples, step, 2, [1], ALL_CHANGES) for step in range(4)])
    assert len({view.numpy().tobytes() for view in views.rgb}) == 8


def test_processes_share_the_batch_that_one_would_have(make_samples: MakeSamples):
    samples = make_samples()
    whole = batch_at(samples, 7, 6, [1], ALL_CHANGES)
    for processes in (2, 3, 6):
        assert equal(cat([batch_at(samples, 7, 6, [1], ALL_CHANGES, (rank, processes)) for rank in range(processes)]), whole)
    with pytest.raises(ValueError, match="a batch of 6 for 4 processes; expected a multiple of 4"):
        batch_at(samples, 7, 6, [1], None, (0, 4))


def test_shapes_ranges_and_types(make_samples: MakeSamples):
    batch = batch_at(make_samples(), 0, 4, [1], ALL_CHANGES)
    assert batch.rgb.shape == (4, 3, 12, 20)
    assert batch.thermal.shape == (4, 1, 12, 20)
    assert batch.label.shape == batch.weight.shape == (4, 12, 20)
    assert (batch.rgb.dtype, batch.label.dtype) == (torch.float32, torch.int64)
    assert max(batch.rgb.abs().max(), batch.thermal.abs().max()) <= 1
    assert 0 <= batch.weight.min() <= batch.weight.max() <= 1
    assert batch.rgb.is_contiguous(memory_format=torch.channels_last)
    assert len(batch) == 4


def test_evaluation_batches_are_the_frames_in_order(make_samples: MakeSamples):
    samples = make_samples(5)
    batches = list(evaluation_batches(samples, 2))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    whole = cat(batches)
    np.testing.assert_array_equal(whole.label.numpy(), samples.label)
    np.testing.assert_allclose((whole.rgb.permute(0, 2, 3, 1).numpy() + 1) * 127.5, samples.rgb, atol=1e-4)
    np.testing.assert_allclose((whole.thermal[:, 0].numpy() + 1) / 2, np.clip((samples.thermal / 1 - 21800) / 3200, 0, 1), atol=1e-5)


def test_preparing_ahead_changes_nothing(make_samples: MakeSamples):
    samples, asked = make_samples(), []

    def source(step: int) -> Batch:
        asked.append(step)
        return batch_at(samples, step, 4, [1], ALL_CHANGES)

    prepared = ahead(source)
    for step in (0, 0, 1, 2, 2, 7, 8):
        assert equal(prepared(step), batch_at(samples, step, 4, [1], ALL_CHANGES))
    prepared(9)
    assert all(Counter(asked)[step] == 1 for step in (0, 1, 2, 3, 7, 8, 9))


def test_an_error_ahead_is_raised_at_its_step(make_samples: MakeSamples):
    samples = make_samples()

    def source(step: int) -> Batch:
        if step == 1:
            raise ValueError("broken at step 1")
        return batch_at(samples, step, 2, [1], None)

    prepared = ahead(source)
    prepared(0)
    with pytest.raises(ValueError, match="broken at step 1"):
        prepared(1)


def test_what_is_missing_stays_none(make_samples: MakeSamples):
    batch = batch_at(make_samples(without=("rgb", "weight")), 0, 2, [1], ALL_CHANGES).to("cpu")
    assert batch.rgb is None
    assert batch.weight is None
    assert len(batch) == 2


def test_batches_that_do_not_match_are_refused(make_samples: MakeSamples):
    batch = batch_at(make_samples(), 0, 2, [1], None)
    with pytest.raises(ValueError, match="1 of 2 batches have a thermal; expected all or none"):
        cat([batch, replace(batch, thermal=None)])
