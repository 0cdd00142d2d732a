"""Checks of exercises: one sentence for whatever a reader wrote, and never the answer."""

import numpy as np
import pytest

from wgan_keras.course import exercises


def square_root_of_nine(root):
    assert root**2 == 9, "square it"


def doubles(function):
    assert [function(x) for x in (1, 5)] == [2, 10], "try it with 1"


def half_filled(x):
    return ... * x


@pytest.mark.parametrize(
    ("test", "answers", "sentence"),
    [
        (square_root_of_nine, [...], "no answer yet"),
        (square_root_of_nine, [None], "no answer yet"),
        (square_root_of_nine, [-3], "right"),
        (square_root_of_nine, [2], "not yet: square it"),
        (doubles, [lambda x: 2 * x], "right"),
        (doubles, [lambda x: x + 1], "not yet: try it with 1"),
        (doubles, [half_filled], "not yet: your answer leads to a TypeError"),
        (doubles, [lambda x: 1 / 0], "not yet: your answer leads to a ZeroDivisionError"),
        (doubles, [3], "not yet: your answer leads to a TypeError"),
        (lambda a, b: None, [1, ...], "no answer yet"),
    ],
)
def test_every_answer_gets_one_sentence(test, answers, sentence, capsys):
    exercises.check("Exercise 1", test, *answers)
    text = capsys.readouterr().out
    assert text.startswith(f"Exercise 1: {sentence}")
    assert text.count("\n") == 1


def test_an_array_is_an_answer(capsys):
    exercises.check("Exercise 1", lambda x: None, np.zeros(3))
    assert capsys.readouterr().out == "Exercise 1: right\n"


def test_without_answers_there_is_nothing_to_check():
    with pytest.raises(ValueError, match="at least one answer"):
        exercises.check("Exercise 1", doubles)
