"""What the engine says, as the Chinese page tells it: each sentence that it writes in English, and here in Chinese.

{} on the left is what the engine puts in; {0}, {1}, … on the right are the same, in their order on the left.
"""

ENGINE = {
    # What is asked for
    "the number of sprites must be between 1 and {}, not {}": "精灵图数量须在 1 到 {0} 之间，而不是 {1}",
    "sampler must be one of {}, not {}": "采样器须是 {0} 之一，而不是 {1}",
    "kinds must be {} numbers from 0 to 1 ({})": "类别须是 {0} 个 0 到 1 之间的数（{1}）",
    "guidance must be between 0 and 10, not {}": "引导强度须在 0 到 10 之间，而不是 {0}",
    "eta must be between 0 and 1, not {}": "η 须在 0 到 1 之间，而不是 {0}",
    "steps must be at least 1, not {}": "步数至少为 1，而不是 {0}",
    "steps must be between 1 and {}, not {}": "步数须在 1 到 {0} 之间，而不是 {1}",
    "seed must be between 0 and {}, not {}": "种子须在 0 到 {0} 之间，而不是 {1}",
    "{} is not an epoch of a run; write it like sprites/31": "{0} 不是某次训练的回合；请写成 sprites/31 这样",
    # Training
    "epochs must be at least 1, not {}": "训练回合数至少为 1，而不是 {0}",
    "batch size must be at least 1, not {}": "批大小至少为 1，而不是 {0}",
    "learning rate must be above 0 and at most 1, not {}": "学习率须大于 0 且不超过 1，而不是 {0}",
    "recipe must be one of {}, not {}": "训练方案须是 {0} 之一，而不是 {1}",
    "drop label must be between 0 and 1, not {}": "丢弃标签的比例须在 0 到 1 之间，而不是 {0}",
    "ema must be at least 0 and below 1, not {}": "EMA 须不小于 0 且小于 1，而不是 {0}",
    "save every must be at least 1 epoch, not {}": "保存间隔至少为 1 个回合，而不是 {0}",
    "{} is being trained; stop it first, or wait until it is finished": "{0} 正在训练；请先停止它，或等它训练完",
    "{} cannot be resumed here: it does not say where its data is": "{0} 无法在这里继续：它没有记下数据在哪里",
    "{} was begun with another {} ({}, not {}); resume with the same": (
        "{0} 开始时的 {1} 不一样（是 {2}，不是 {3}）；请用同样的设置继续"
    ),
    "{} is finished: it has all {} epochs": "{0} 已经训练完：{1} 个回合都有了",
    # Runs on the disk
    "{} is not a run folder: there is no such folder": "{0} 不是训练任务的文件夹：没有这个文件夹",
    "{} is not a run folder: it has no config.json": "{0} 不是训练任务的文件夹：里面没有 config.json",
    "{} has no epoch {}; it has: {}": "{0} 没有第 {1} 回合；现有的回合：{2}",
    "{} is not empty; use --resume to go on with it, or name a new folder": (
        "{0} 不是空的；用 --resume 接着训练，或换一个新文件夹"
    ),
    "{} does not exist; a checkpoint is a file such as model_31.safetensors": (
        "{0} 不存在；检查点是 model_31.safetensors 这样的文件"
    ),
    "{} is not a checkpoint; it should be named like model_31.safetensors": (
        "{0} 不是检查点；文件名应像 model_31.safetensors 这样"
    ),
    "{} is damaged or cut short; copy or train it again": "{0} 已损坏或不完整；请重新复制或重新训练",
    "could not read {}: {}": "无法读取 {0}：{1}",
    "could not write {}: {}": "无法写入 {0}：{1}",
    "the disk is full": "磁盘已满",
    "the folder is read-only": "文件夹是只读的",
    "{} is damaged or is no file of weights ({})": "{0} 已损坏，或不是权重文件（{1}）",
    # Checkpoints
    "{} must be one of {}, not {}": "{0} 须是 {1} 之一，而不是 {2}",
    "{} must be a whole number from 1 to {}, not {}": "{0} 须是 1 到 {1} 之间的整数，而不是 {2}",
    "width must be a multiple of 8, not {}": "width 须是 8 的倍数，而不是 {0}",
    "config.json is not a run's: it needs at least format and kinds": (
        "这个 config.json 不属于训练任务：至少要有 format 和 kinds"
    ),
    "config.json has format {}; this version reads format {}": "config.json 的格式是 {0}；这个版本能读的是格式 {1}",
    "config.json lists the kinds {}; this version knows {}": "config.json 列出的类别是 {0}；这个版本认识的是 {1}",
    "config.json has entries this version does not know: {}": "config.json 里有这个版本不认识的条目：{0}",
    "{} holds no state dict; save the network's state_dict() and nothing else": (
        "{0} 里没有 state dict；请只保存网络的 state_dict()"
    ),
    "{} is not a checkpoint of {} ({}): it {}": "{0} 不是 {1}（{2}）的检查点：它{3}",
    "lacks {}": "缺少 {0}",
    "has {}": "多出 {0}",
    "{} belongs to a {} of another size: {}": "{0} 属于另一种大小的 {1}：{2}",
    "{} is {}, not {}": "{0} 是 {1}，而不是 {2}",
    "{} is damaged: {} holds values that are not finite": "{0} 已损坏：{1} 里有不是有限数的值",
    "variant must be one of {}, not {}": "variant 须是 {0} 之一，而不是 {1}",
    # Where it computes
    "{} ({}), {}, torch {}": "{0}（{1}），{2}，torch {3}",
    "{} threads": "{0} 个线程",
    # Pictures to train on
    "builtin draws 1 to {} sprites, not {}": "内置数据能画 1 到 {0} 张精灵图，不能是 {1} 张",
    "{} does not exist; name builtin, a .npy file, a folder, a .zip or hf://datasets/user/repo": (
        "{0} 不存在；请写 builtin、.npy 文件、文件夹、.zip 或 hf://datasets/user/repo"
    ),
    "{} is no data set; name a .npy file, a folder of pictures or a .zip of them": (
        "{0} 不是数据集；请给出 .npy 文件、图片文件夹，或装着图片的 .zip"
    ),
    "{} must be uint8 (N, {}, {}, 3), not {} {}": "{0} 须是 uint8 (N, {1}, {2}, 3)，而不是 {3} {4}",
    "the labels of {} must be ({}, {}), not {} {}": "{0} 的标签须是 ({1}, {2})，而不是 {3} {4}",
    "the labels of {} must be numbers from 0 to 1": "{0} 的标签须是 0 到 1 之间的数",
    "hf://datasets/{} must hold one .npy of pictures and at most one of labels": (
        "hf://datasets/{0} 里须有一个图片 .npy，标签 .npy 最多一个"
    ),
    "could not open hf://datasets/{}: {}": "无法打开 hf://datasets/{0}：{1}",
    "{} does not exist": "{0} 不存在",
    "{} is not a .npy array of plain numbers": "{0} 不是只含数字的 .npy 数组",
    "{} in {} is not a picture that can be read": "{1} 里的 {0} 不是能读取的图片",
    "{} in {} is {} x {}; at most {} x {}": "{1} 里的 {0} 是 {2} x {3}；最大为 {4} x {5}",
    "{} holds more than {} pictures": "{0} 里的图片超过 {1} 张",
    "{} holds no pictures ({})": "{0} 里没有图片（{1}）",
    "{} in {} is too large for a sprite": "{1} 里的 {0} 太大，不像精灵图",
    "{} is not a readable .zip": "{0} 不是能读取的 .zip",
}
