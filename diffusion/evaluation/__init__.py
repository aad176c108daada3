"""How good the sprites are: metrics, the feature network, evaluation of epochs and of samplers."""

from .evaluate import Exam, Sampled, evaluate_run, trained_on
from .features import FEATURE_WEIGHTS, SEED, accuracy, features_of, load_features, save_features, train_features
from .metrics import frechet_distance, mean_and_spread, nearest, noise_error
from .sampler_sweep import TRIALS, Book, Drawn, Trial, contest
from .sweep_chart import save_picture, table, verdict

__all__ = [
    "FEATURE_WEIGHTS",
    "SEED",
    "TRIALS",
    "Book",
    "Drawn",
    "Exam",
    "Sampled",
    "Trial",
    "accuracy",
    "contest",
    "evaluate_run",
    "features_of",
    "frechet_distance",
    "load_features",
    "mean_and_spread",
    "nearest",
    "noise_error",
    "save_features",
    "save_picture",
    "table",
    "train_features",
    "trained_on",
    "verdict",
]
