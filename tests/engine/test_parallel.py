"""The same results, in the same order, on one worker and on two."""

from coproduce.methods.parallel import spread


def _cubed(number: int) -> int:
    return number**3


def test_two_workers_give_what_one_gives():
    tasks, told = list(range(20)), []
    assert (
        spread(_cubed, tasks, workers=2, tell=told.append)
        == spread(_cubed, tasks, workers=1)
        == [n**3 for n in tasks]
    )
    assert told == [(n + 1) / 20 for n in range(20)]
