import torch

from gner_trainer.model import TOP, empty_past, top_tokens
from gner_trainer.reference import encoder_inputs, greedy, source_pointer


def run_over(model, prompt, fed):
    """Log-probabilities after each token of `fed`, in one run."""
    pointer = source_pointer(prompt, model.config)
    positions = [pointer.index, *(pointer.push(token) for token in fed[1:])]
    causal = torch.ones(1, len(fed), len(fed), dtype=torch.bool).tril()
    memory = model.encode(**encoder_inputs(prompt))
    past = empty_past(model.config, 1)
    log_probabilities, _ = model.decode(torch.tensor([fed]), torch.tensor([positions]), causal, past, memory)
    return log_probabilities, memory


@torch.inference_mode()
def test_each_token_stands_once_and_probabilities_sum_to_one(model, prompt):
    log_probabilities, memory = run_over(model, prompt, [model.config.special("start")])
    real = [token for token in memory["tokens"][0].tolist() if token >= 0]
    assert sorted(real) == sorted({*prompt.input_ids, *range(model.config.pieces, model.config.pieces + 6)})
    assert torch.allclose(log_probabilities.exp().sum(-1), torch.tensor(1.0))
    unused = memory["tokens"][0] < 0
    assert bool(torch.isinf(log_probabilities[0, :, unused]).all())


@torch.inference_mode()
def test_a_piece_has_the_probability_of_all_its_places(model, prompt):
    """Were piece 9 another piece at its second place, the two would share what it has now."""
    memory = model.encode(**encoder_inputs(prompt))
    apart = memory | {"tokens": memory["tokens"].clone(), "first": memory["first"].clone()}
    apart["tokens"][0, 7], apart["first"][0, 7] = 59, 7
    arguments = (
        torch.tensor([[model.config.special("start")]]),
        torch.tensor([[prompt.source_start]]),
        torch.ones(1, 1, 1, dtype=torch.bool),
        empty_past(model.config, 1),
    )
    together = model.decode(*arguments, memory)[0].exp()[0, 0]
    parts = model.decode(*arguments, apart)[0].exp()[0, 0]
    assert parts[7] > 0
    assert torch.allclose(together[4], parts[4] + parts[7])


@torch.inference_mode()
def test_greedy_with_a_cache_equals_one_run_over_its_own_output(model, prompt):
    emitted = greedy(model, prompt, max_tokens=25)
    log_probabilities, memory = run_over(model, prompt, [model.config.special("start"), *emitted[:-1]])
    best, _ = top_tokens(log_probabilities, memory)
    assert best.shape == (1, len(emitted), TOP)
    assert best[0, :, 0].tolist() == emitted


def test_every_parameter_learns(model, prompt):
    log_probabilities, _ = run_over(model, prompt, [model.config.special("start"), 9, model.config.special("begin"), 5])
    log_probabilities[torch.isfinite(log_probabilities)].sum().backward()
    without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    model.zero_grad()
    assert without == []
