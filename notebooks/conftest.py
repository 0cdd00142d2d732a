"""Under pytest the notebooks run in the smoke profile: seconds of training each."""

import os

os.environ["WGAN_KERAS_PROFILE"] = "smoke"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
