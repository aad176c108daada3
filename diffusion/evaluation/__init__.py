"""How good the sprites are: metrics, the feature network, evaluation of epochs and of samplers."""

from .distance import measure_distance
from .drawings import EvalConfig
from .evaluate import EpochMeasured, SpritesDrawn, evaluate_run, load_training_data
from .feature_training import SEED, check_features, train_features
from .features import FEATURE_WEIGHTS, features_of, load_features, save_features
from .metrics import COPY_DISTANCE, frechet_distance, mean_and_spread, nearest, noise_error
from .sampler_sweep import SWEEP_SETTINGS, SweepProgress, SweepResults, SweepSetting, sweep_samplers
from .sweep_chart import save_picture, summarise_sweep, table
