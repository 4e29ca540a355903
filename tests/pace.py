"""How fast letters arrive, told from the times of their arrival."""


def fullest_second(times: list[float]) -> int:
    """Return how many letters arrived in the fullest second; *times* are in order."""
    first = most = 0
    for last, at in enumerate(times):
        while at - times[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most
