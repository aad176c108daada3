"""The mathematics: noise schedules, samplers, the trainer and the two networks."""

from .context_unet import VARIANTS, ContextUnet, ResidualConvBlock
from .samplers import SAMPLERS, Noise, Step, conditioned, sample
from .schedule import SCHEDULES, NoiseSchedule
from .sprite_unet import Attention, Block, SpriteUnet
from .trainer import RECIPES, EpochDone, Event, MidEpoch, StepDone, TrainConfig, TrainingSet, train

__all__ = [
    "RECIPES",
    "SAMPLERS",
    "SCHEDULES",
    "VARIANTS",
    "Attention",
    "Block",
    "ContextUnet",
    "EpochDone",
    "Event",
    "MidEpoch",
    "Noise",
    "NoiseSchedule",
    "ResidualConvBlock",
    "SpriteUnet",
    "Step",
    "StepDone",
    "TrainConfig",
    "TrainingSet",
    "conditioned",
    "sample",
    "train",
]
