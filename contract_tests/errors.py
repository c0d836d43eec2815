"""Why a run cannot begin, or ends before its end."""


class UsageError(Exception):
    """An option is wrong; the message names it and the remedy."""


class StoppedError(Exception):
    """Nothing further can be judged; the message says why."""
