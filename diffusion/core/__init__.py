"""The mathematics: noise schedules, samplers, the trainer and the two networks."""

from .batches import TrainingSet
from .context_unet import VARIANTS, ContextUnet, ResidualConvBlock
from .samplers import MAX_SEED, SAMPLERS, Noise, Step, guide, sample
from .schedule import SCHEDULES, NoiseSchedule
from .settings import (
    Choice,
    Number,
    Setting,
    Size,
    add_flags,
    check_settings,
    declare,
    from_flags,
    is_given,
    name_of,
    settings_of,
    to_flags,
)
from .sprite_unet import Attention, Block, SpriteUnet
from .stages import NetworkShapes, trace_shapes
from .train_config import TrainConfig
from .trainer import EpochDone, MidEpoch, StepDone, TrainEvent, train
from .vocabulary import ALIKE, COLOUR, KIND, LABEL, MAX_NAME, SHAPE, Vocabulary, kinds_vocabulary, nearest
