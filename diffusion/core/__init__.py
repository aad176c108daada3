"""The mathematics: noise schedules, samplers, the trainer and the two networks."""

from .context_unet import VARIANTS, ContextUnet, ResidualConvBlock
from .samplers import MAX_SEED, SAMPLERS, Noise, Sampler, Step, guide, sample
from .schedule import SCHEDULES, NoiseSchedule
from .sprite_unet import Attention, Block, SpriteUnet
from .trainer import OPTIMIZERS, EpochDone, MidEpoch, StepDone, TrainConfig, TrainEvent, TrainingSet, train

__all__ = [
    "MAX_SEED",
    "OPTIMIZERS",
    "SAMPLERS",
    "SCHEDULES",
    "VARIANTS",
    "Attention",
    "Block",
    "ContextUnet",
    "EpochDone",
    "MidEpoch",
    "Noise",
    "NoiseSchedule",
    "ResidualConvBlock",
    "Sampler",
    "SpriteUnet",
    "Step",
    "StepDone",
    "TrainConfig",
    "TrainEvent",
    "TrainingSet",
    "guide",
    "sample",
    "train",
]
