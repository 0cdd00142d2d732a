"""How good generated samples are: distances between clouds of features, each beside what real samples reach.

For digits the features come from a classifier that ships with the package. For other images pass features of
your own, or `inception_features`.
"""

from wgan_keras.metrics.clouds import (
    density_coverage,
    frechet_distance,
    histogram_kl,
    image_quality,
    kernel_distance,
    mode_coverage,
    precision_recall,
    spread,
)
from wgan_keras.metrics.digits import (
    build_digit_classifier,
    classify_digits,
    digit_features,
    digit_quality,
)
from wgan_keras.metrics.inception import inception_features
from wgan_keras.metrics.independent import independent_estimate
from wgan_keras.metrics.report import report

__all__ = [
    "frechet_distance",
    "kernel_distance",
    "precision_recall",
    "density_coverage",
    "histogram_kl",
    "mode_coverage",
    "image_quality",
    "spread",
    "build_digit_classifier",
    "classify_digits",
    "digit_features",
    "digit_quality",
    "inception_features",
    "independent_estimate",
    "report",
]
