import pytest

from gner_trainer.inputs import LABEL_SEPARATOR, SECTION_END, START, UNKNOWN, SourcePointer, casing_of, encode_prompt


def test_labels_then_words(pieces):
    prompt = encode_prompt(pieces, ["river", "rhine rivers"], ["Rivers", "RHINE", "."])
    assert prompt.input_ids == [START, 1, LABEL_SEPARATOR, 2, 3, 1, 4, SECTION_END, 1, 4, 2, 3, 5, SECTION_END]
    assert prompt.casing == [0, 3, 0, 3, 3, 3, 3, 0, 1, 5, 2, 6, 0, 0]
    assert prompt.source_start == 8


def test_words_without_pieces_are_unknown_and_nothing_is_cut(pieces):
    assert pieces.of_word("\u0000") == [UNKNOWN]
    assert pieces.of_word("\u0301") == [UNKNOWN]
    # The file asks for truncation to two pieces.
    assert pieces.of_word("rhines") == [2, 3, 4]


def test_prompts_over_the_limit_are_refused(pieces):
    assert len(encode_prompt(pieces, ["river"], ["."] * 4, limit=8).input_ids) == 8
    with pytest.raises(ValueError, match="9 pieces, the limit is 8"):
        encode_prompt(pieces, ["river"], ["."] * 5, limit=8)


@pytest.mark.parametrize(
    ("word", "casing"),
    [("river", 0), ("River", 1), ("mRNA", 2), ("Éire", 1), ("ǅ", 0), ("Ⅷ", 1), ("42", 0), ("ΑΒ", 2), ("", 0)],
)
def test_casing_counts_unicode_capitals(word, casing):
    assert casing_of(word) == casing


def test_the_pointer_counts_pieces_outside_brackets():
    begin, close, outside = 61, 63, 60
    pointer = SourcePointer(4, {begin, 62}, {close}, 60)
    moves = [pointer.push(token) for token in (9, 8, outside, 5, begin, 5, 6, close, 9, outside)]
    assert moves == [5, 6, 6, 7, 7, 7, 7, 7, 8, 8]
