"""How good the sprites are: metrics, the feature network, evaluation of epochs and of samplers."""

from .evaluate import EvalConfig, SpritesDrawn, evaluate_run, load_training_data
from .features import FEATURE_WEIGHTS, SEED, accuracy, features_of, load_features, save_features, train_features
from .metrics import frechet_distance, mean_and_spread, nearest, noise_error
from .sampler_sweep import SWEEP_SETTINGS, SweepProgress, SweepResults, SweepSetting, sweep_samplers
from .sweep_chart import save_picture, summarise_sweep, table
