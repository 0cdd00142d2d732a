"""Answers to exercises, checked without showing the right ones."""

from wgan_keras._checks import shown


def check(title, test, *answers):
    """Print in one sentence whether answers to an exercise are right. A wrong answer stops nothing.

    Args:
        title: the exercise's name, with which the sentence begins.
        test: function of the answers that ends in an AssertionError, with a hint, if one is wrong.
        *answers: what the reader wrote; `...` and None stand for blanks that are not filled yet.

    Raises:
        ValueError: no title, `test` is not a function, or there are no answers.

    Example:

    >>> def test(root):
    ...     assert root**2 == 9, "square it"
    >>> check("Exercise 1", test, ...)
    Exercise 1: no answer yet
    >>> check("Exercise 1", test, 4)
    Exercise 1: not yet: square it
    >>> check("Exercise 1", test, "3")  # doctest: +ELLIPSIS
    Exercise 1: not yet: your answer leads to a TypeError (...). Is every blank filled?
    >>> check("Exercise 1", test, -3)
    Exercise 1: right
    """
    if not isinstance(title, str) or not title:
        raise ValueError(f"title must be the exercise's name, got {shown(title)}.")
    if not callable(test):
        raise ValueError(f"test must be a function of the answers, got {shown(test)}.")
    if not answers:
        raise ValueError("answers must hold at least one answer to test.")
    if any(answer is ... or answer is None for answer in answers):
        print(f"{title}: no answer yet")
        return
    try:
        test(*answers)
    except AssertionError as wrong:
        print(f"{title}: not yet: {_first_line(wrong) or 'try again'}")
    # Whatever a half-filled answer raises: the reader gets a sentence, and the notebook goes on.
    except Exception as error:
        told = f"{type(error).__name__} ({_first_line(error)})"
        print(f"{title}: not yet: your answer leads to a {told}. Is every blank filled?")
    else:
        print(f"{title}: right")


def _first_line(error):
    return str(error).partition("\n")[0]
