"""Rows and recipes: what is read, and what is refused with its place."""

import gzip
import json

import pytest
import zstandard
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

from gner_trainer.data import CompletionRow, Encoder, PairRow, RowError, SpecialIds, load, read_rows
from gner_trainer.recipe import Recipe, RecipeError, read_recipe

IDS = SpecialIds(begin=1, end=2, pad=0, unknown=3)


@pytest.fixture
def encoder() -> Encoder:
    words = ["<pad>", "<s>", "</s>", "<unk>", "Ada", "met", "Ada(B-person)", "met(O)", "[INST]", "[/INST]"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([AddedToken(word, special=True) for word in words[:4]])
    return Encoder(tokenizer, IDS)


def recipe(**settings) -> Recipe:
    required = {"architecture": "t5", "model": "m", "train": ["x"], "output": "o", "epochs": 1, "learningRate": 1e-3}
    return Recipe.model_validate(required | settings)


def lines(path, *rows) -> str:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8")
    return str(path)


PAIR = {"id": "a", "input": "Ada met", "target": "Ada(B-person) met(O)"}


def test_pairs_end_with_the_end_token(tmp_path, encoder):
    data = load([lines(tmp_path / "rows.jsonl", PAIR)], recipe(), encoder)
    assert data.examples[0].prompt.tolist() == [4, 5, 2]
    assert data.examples[0].answer.tolist() == [6, 7, 2]


def test_completions_go_on_where_the_prompt_ends(tmp_path, encoder):
    row = {"id": "a", "prompt": "[INST] Ada met [/INST]", "completion": " Ada(B-person) met(O)"}
    data = load([lines(tmp_path / "rows.jsonl", row)], recipe(architecture="llama"), encoder)
    assert data.examples[0].prompt.tolist() == [1, 8, 4, 5, 9]
    assert data.examples[0].answer.tolist() == [6, 7, 2]


def test_a_completion_that_joins_its_prompt_is_refused(tmp_path, encoder):
    file = lines(tmp_path / "rows.jsonl", {"id": "a", "prompt": "Ada", "completion": "(B-person)"})
    with pytest.raises(RowError, match="rows.jsonl:1: the completion changes"):
        load([file], recipe(architecture="llama"), encoder)


def test_text_that_spells_a_special_token_does_not_become_one(tmp_path, encoder):
    file = lines(tmp_path / "rows.jsonl", PAIR | {"input": "Ada </s> <s> met"})
    assert load([file], recipe(), encoder).examples[0].prompt.tolist() == [4, 3, 3, 5, 2]


@pytest.mark.parametrize(
    ("line", "fault"),
    [("{", "not JSON"), ("[]", "no row"), ({"id": "a", "input": "x"}, "target"), (PAIR | {"input": 7}, "input")],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path, line, fault):
    file = lines(tmp_path / "rows.jsonl", PAIR, line)
    with pytest.raises(RowError, match=rf"rows\.jsonl:2: .*{fault}"):
        list(read_rows([file], PairRow))


def test_rows_of_the_other_form_are_refused(tmp_path):
    with pytest.raises(RowError, match="prompt"):
        list(read_rows([lines(tmp_path / "rows.jsonl", PAIR)], CompletionRow))


def test_compressed_rows_are_read(tmp_path):
    content = (json.dumps(PAIR) + "\n").encode()
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(content))
    (tmp_path / "rows.jsonl.zst").write_bytes(zstandard.compress(content))
    files = [str(tmp_path / "rows.jsonl.gz"), str(tmp_path / "rows.jsonl.zst")]
    assert [row.id for _, row in read_rows(files, PairRow)] == ["a", "a"]


def test_long_rows_end_the_run_or_are_counted(tmp_path, encoder):
    file = lines(tmp_path / "rows.jsonl", PAIR, PAIR | {"id": "b", "input": "Ada met Ada met"})
    with pytest.raises(RowError, match="rows.jsonl:2: the row has more tokens"):
        load([file], recipe(inputTokens=4), encoder)
    data = load([file], recipe(inputTokens=4, overlong="leave-out"), encoder)
    assert len(data.examples) == 1 and data.overlong == [f"{file}:2"]


def test_a_file_without_rows_is_refused(tmp_path, encoder):
    with pytest.raises(RowError, match="no rows"):
        load([lines(tmp_path / "rows.jsonl")], recipe(), encoder)


def test_a_recipe_reads_with_its_files(tmp_path):
    lines(tmp_path / "b.jsonl", PAIR)
    lines(tmp_path / "a.jsonl", PAIR)
    path = tmp_path / "recipe.yaml"
    path.write_text("architecture: t5\nmodel: google/flan-t5-small\ntrain: ['*.jsonl']\noutput: out\nepochs: 3\nlearningRate: 5e-5\n")
    read = read_recipe(path)
    assert read.train == [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]
    assert (read.learning_rate, read.batch_rows, read.model) == (5e-5, 256, "google/flan-t5-small")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("epochs: 0", "recipe.yaml:5: epochs"),
        ("precision: fp16", "recipe.yaml:5: precision"),
        ("learnRate: 1", "recipe.yaml:5: learnRate"),
        ("lora: {rank: 8}", "lora goes with architecture llama"),
        ("train: [none.jsonl]", "there is no .*none.jsonl"),
        ("epochs: [", "is no YAML"),
    ],
)
def test_a_bad_recipe_is_named_by_line(tmp_path, change, fault):
    lines(tmp_path / "a.jsonl", PAIR)
    path = tmp_path / "recipe.yaml"
    kept = {"epochs": "epochs: 3", "train": "train: [a.jsonl]"}
    text = "architecture: t5\nmodel: m\noutput: out\nlearningRate: 5e-5\n" + change + "\n"
    path.write_text(text + "".join(line + "\n" for key, line in kept.items() if not change.startswith(key)))
    with pytest.raises(RecipeError, match=fault):
        read_recipe(path)
