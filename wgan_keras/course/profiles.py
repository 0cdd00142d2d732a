"""How much a notebook computes: `smoke` for tests, `laptop` for reading, `gpu` for full data sets.

The environment variable WGAN_KERAS_PROFILE chooses; `laptop` if it is not set.
"""

import os

PROFILES = ("smoke", "laptop", "gpu")


def current():
    """Name of the profile in force.

    Raises:
        ValueError: WGAN_KERAS_PROFILE holds another name.

    Example:

    >>> current() in PROFILES
    True
    """
    name = os.environ.get("WGAN_KERAS_PROFILE", "laptop")
    if name not in PROFILES:
        raise ValueError(f"WGAN_KERAS_PROFILE must be one of {', '.join(PROFILES)}, got {name!r}.")
    return name


def choose(*, smoke, laptop, gpu):
    """The value for the profile in force.

    Args:
        smoke, laptop, gpu: any values, one for each profile.

    Example:

    >>> choose(smoke=1, laptop=2, gpu=3) in (1, 2, 3)
    True
    """
    return {"smoke": smoke, "laptop": laptop, "gpu": gpu}[current()]
