"""Which rows a step takes, and the tensors of hand-made rows."""

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from gner_trainer.collate import IGNORED, Schedule, collate_packed, collate_pairs, deal, pack, passes_of
from gner_trainer.data import example
from gner_trainer.train import answer_loss

PAD = 0


def test_pairs_learn_the_answer_and_nothing_in_the_padding():
    batch = collate_pairs([example([7, 8, 1], [9, 1]), example([5, 1], [6, 4, 3, 1])], PAD, decoder_start=2)
    assert batch["input_ids"].tolist() == [[7, 8, 1], [5, 1, PAD]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch["targets"].tolist() == [[9, 1, IGNORED, IGNORED], [6, 4, 3, 1]]
    assert batch["decoder_input_ids"].tolist() == [[2, 9, 1, PAD], [2, 6, 4, 3]]


def test_packed_rows_learn_the_answers_alone():
    """`1 10 11 | 20 21 2` and `1 12 | 22 2` share a row of eleven tokens; `1 13 14 | 2` has none left but its own."""
    rows = [example([1, 10, 11], [20, 21, 2]), example([1, 12], [22, 2]), example([1, 13, 14], [2])]
    batch = collate_packed(rows, PAD, capacity=11)
    assert batch["input_ids"].tolist() == [[1, 10, 11, 20, 21, 2, 1, 12, 22, 2], [1, 13, 14, 2] + [PAD] * 6]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 3, 4, 5, 0, 1, 2, 3], [0, 1, 2, 3] + [0] * 6]
    ignored = IGNORED
    assert batch["targets"].tolist() == [
        [ignored, ignored, 20, 21, 2, ignored, ignored, 22, 2, ignored],
        [ignored, ignored, 2] + [ignored] * 7,
    ]
    seen = [torch.nonzero(line).flatten().tolist() for line in batch["attention_mask"][0, 0]]
    assert seen[:6] == [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]]
    assert seen[6:] == [[6], [6, 7], [6, 7, 8], [6, 7, 8, 9]]
    padding = [torch.nonzero(line).flatten().tolist() for line in batch["attention_mask"][1, 0]][4:]
    assert padding == [[4], [5], [6], [7], [8], [9]]


def test_packing_loses_nothing_and_fits():
    rows = [example([1] * size, [2]) for size in (3, 9, 1, 4, 4, 2, 9)]
    bins = pack(rows, 10)
    assert sorted(one.size for members in bins for one in members) == sorted(one.size for one in rows)
    assert all(sum(one.size for one in members) <= 10 for members in bins)
    assert len(bins) == 4
    with pytest.raises(ValueError, match="11 tokens does not fit into 10"):
        pack([example([1] * 10, [2])], 10)


def test_packed_sequences_do_as_they_do_alone():
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=60,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        attn_implementation="sdpa",
    )
    model = LlamaForCausalLM(config).eval()
    rows = [example([1, 10, 11, 12], [20, 21, 2]), example([1, 30], [31, 32, 33, 2]), example([1, 40, 41], [42, 2])]
    packed = collate_packed(rows, PAD, capacity=14)
    assert packed["input_ids"].shape == (2, 13)
    with torch.inference_mode():
        together = answer_loss(model, packed)
        alone = [answer_loss(model, collate_packed([row], PAD, capacity=14)) for row in rows]
        # transformers' own causal mask and positions, on one sequence.
        ids = torch.tensor([[*rows[0].prompt.tolist(), *rows[0].answer.tolist()]])
        plain = model(input_ids=ids).logits[0, 3:6].log_softmax(-1)[torch.arange(3), ids[0, 4:]]
    assert torch.allclose(together, sum(alone), atol=1e-4)
    assert torch.allclose(alone[0], -plain.sum(), atol=1e-4)


def test_each_epoch_has_each_row_once_and_every_step_its_rows():
    schedule = Schedule(rows=10, batch_rows=4, epochs=3, seed=5)
    assert schedule.steps == 8
    drawn = [row for step in range(schedule.steps) for row in schedule.step(step)]
    assert len(drawn) == 32
    orders = [drawn[0:10], drawn[10:20], drawn[20:30]]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert orders[0] != orders[1]
    assert schedule.step(6) == Schedule(10, 4, 3, 5).step(6)


@pytest.mark.parametrize(("processes", "per_device"), [(1, 256), (1, 8), (2, 8), (3, 8), (7, 5), (8, 32), (300, 1)])
def test_every_number_of_processes_takes_the_same_rows(processes, per_device):
    rows, sizes = list(range(100, 356)), [(37 * row) % 91 for row in range(400)]
    dealt = [deal(rows, sizes, processes, process, per_device) for process in range(processes)]
    assert {len(passes) for passes in dealt} == {passes_of(256, processes, per_device)}
    assert all(len(members) <= per_device for passes in dealt for members in passes)
    assert sorted(row for passes in dealt for members in passes for row in members) == rows
    # Rows of one pass are about as long as each other on every process.
    for number in range(len(dealt[0])):
        lengths = [sizes[row] for passes in dealt for row in passes[number]]
        later = [sizes[row] for passes in dealt for after in passes[number + 1 :] for row in after]
        assert not later or max(lengths) <= min(later)
