"""Groups of properties: for every ordered pair, some group holds the first property and not the second."""

from __future__ import annotations

import itertools
import math


def separating_groups(names: list[str]) -> list[list[str]]:
    """About 1.4 log2(n) groups, each about half of the names.

    Each name is in the same number of groups, and no two names are in exactly the same groups. So for any A and B there
    is a group with A and without B (Sperner, 1928).
    """
    length = next(n for n in itertools.count(1) if math.comb(n, n // 2) >= len(names))
    every = [*itertools.combinations(range(length), length // 2)]
    # The first words alone would fill the first groups, so they are taken at even distances.
    words = [every[index * len(every) // len(names)] for index in range(len(names))]
    groups = [[name for name, word in zip(names, words, strict=True) if row in word] for row in range(length)]
    return [group for group in groups if group]
