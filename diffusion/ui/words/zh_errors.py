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
    "{} is being trained or waits for its turn; choose another name": "{0} 正在训练或排队中；请换个名字",
    "{} runs wait already; try again when one has finished": "已有 {0} 个训练任务在排队；请等其中一个训练完再试",
    "{} has {} {}, not {}; leave --{} out": "{0} 的 {1} 是 {2}，不是 {3}；请去掉 --{4}",
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
    "could not pack {}: {}": "无法打包 {0}：{1}",
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
    "{} must hold names and values, not {}": "{0} 里须是名字和值，而不是 {1}",
    "variant must be one of {}, not {}": "variant 须是 {0} 之一，而不是 {1}",
    # Runs on the Hub
    "{} is no run on the Hub; write it like hf://user/repo or hf://user/repo@v1": (
        "{0} 不是 Hub 上的训练任务；请写成 hf://user/repo 或 hf://user/repo@v1 这样"
    ),
    "{} holds no run: it has no files like model_31.safetensors": (
        "{0} 里没有训练任务：没有 model_31.safetensors 这样的文件"
    ),
    "{} holds no run: it has no config.json": "{0} 里没有训练任务：没有 config.json",
    "{} holds no run that can be opened: {}": "{0} 里没有能打开的训练任务：{1}",
    "{} holds pickles (.pth) instead of .safetensors; allow them (--allow-pickle) if you trust their author: "
    "they are then read for their numbers alone": (
        "{0} 里是 pickle 文件（.pth），不是 .safetensors；信任作者的话可以允许（--allow-pickle）：只会读取其中的数值"
    ),
    "{} holds another run, not one of {}; name a new folder": "{0} 里是另一个训练任务，不是 {1} 的；请换个名字",
    "{} holds another run than when it was pulled into {}; name a new folder": (
        "{0} 现在的训练任务与下载到 {1} 时的不同；请换个名字"
    ),
    "{} has newer weights of epoch {}; pull those too, or name a new folder": (
        "{0} 有第 {1} 回合的新权重；请把这些回合也选上，或换个名字"
    ),
    "{} was changed here and is not the one of {}; move it away first": (
        "{0} 在这里被改过，与 {1} 的不同；请先把它移走"
    ),
    "{} cannot be used: {}": "{0} 不能用：{1}",
    "{} is no safetensors file, or is damaged": "{0} 不是 safetensors 文件，或已损坏",
    "{} of {} was damaged on its way; try again": "{1} 的 {0} 在传输中损坏了；请再试一次",
    "{} of {} came as {} of {} bytes; try again, what is whole is kept": (
        "{1} 的 {0} 只到了 {2} 字节，应为 {3} 字节；请再试一次，完整的文件都保留着"
    ),
    "{} of {} was damaged on its way: its checksum is not the listed one; try again": (
        "{1} 的 {0} 在传输中损坏了：校验和与列出的不符；请再试一次"
    ),
    "this server takes up to {} epochs at a time, not {}": "这台服务器一次最多打开 {0} 个回合，而不是 {1} 个",
    "this server takes up to {} MB at a time, not {}; choose fewer epochs": (
        "这台服务器一次最多下载 {0} MB，而不是 {1} MB；请少选几个回合"
    ),
    "this server has no room for more runs from the Hub; run python app.py on your machine": (
        "这台服务器放不下更多 Hub 上的训练任务了；请在自己的电脑上运行 python app.py"
    ),
    "{} is on its way already; it appears here when it has come": "{0} 已经在下载了；到了就会出现在这里",
    "a run is pushed to a whole repository such as hf://{}, not to {}": (
        "训练任务要推送到整个仓库，例如 hf://{0}，而不是 {1}"
    ),
    "{} holds no epochs to push": "{0} 里没有可推送的回合",
    "{} holds pickles (.pth); make .safetensors of them with the verb convert first": (
        "{0} 里是 pickle 文件（.pth）；请先用 convert 命令转成 .safetensors"
    ),
    "{} is public; push to a new name, or make it private on its page first": (
        "{0} 是公开的；请推送到新的名字，或先在它的页面上设为私有"
    ),
    "{} already holds a run, and not the one of {}; push to a new name": (
        "{0} 里已经有训练任务，而且不是 {1} 的；请推送到新的名字"
    ),
    "{} has moved on to {} since {} met it at {}; pull it first, then push again": (
        "{0} 已更新到 {1}，而 {2} 对应的是 {3}；请先从 Hub 打开它，再推送"
    ),
    "no card can be written of {}/metrics.json; measure the run again": "无法根据 {0}/metrics.json 写卡片；请重新测量",
    "{} is gated; ask for access at {}, then log in with `hf auth login`, or set HF_TOKEN": (
        "{0} 需要申请访问；请在 {1} 申请，然后用 hf auth login 登录，或设置 HF_TOKEN"
    ),
    "there is no {}, or it is private; check the name, or log in with `hf auth login`, or set HF_TOKEN": (
        "没有 {0}，或者它是私有的；请检查名字，或用 hf auth login 登录，或设置 HF_TOKEN"
    ),
    "there is no {}: the repository has no such branch, tag or commit": "没有 {0}：仓库里没有这个分支、标签或提交",
    "a file of {} is gone since it was listed; list it again": "{0} 的一个文件在列出之后不见了；请重新查看",
    "the Hub was not asked for {}: HF_HUB_OFFLINE is set; unset it to go online": (
        "没有向 Hub 请求 {0}：设置了 HF_HUB_OFFLINE；要联网请取消它"
    ),
    "the Hub at {} has not answered for {} s; try again later": "{0} 的 Hub 已有 {1} 秒没有回应；请稍后再试",
    "the Hub cannot read the lines between --- at the top of README.md; mend them and push again": (
        "Hub 读不懂 README.md 开头 --- 之间的几行；请改好后再推送"
    ),
    "what answers at {} is not the Hub; is there a network whose login page must be opened first?": (
        "{0} 回应的不是 Hub；是不是要先打开所在网络的登录页？"
    ),
    "HF_TOKEN or the stored token is no token; log in with `hf auth login`, or set HF_TOKEN": (
        "HF_TOKEN 或保存的令牌不是有效的令牌；请用 hf auth login 登录，或设置 HF_TOKEN"
    ),
    "the Hub at {} cannot be reached; check the connection and try again": "无法连接 {0} 的 Hub；请检查网络后再试",
    "the connection to the Hub at {} broke off; try again": "与 {0} 的 Hub 的连接断了；请再试一次",
    "the Hub does not accept the token, or there is none; log in with `hf auth login`, or set HF_TOKEN": (
        "没有令牌，或 Hub 不接受它；请用 hf auth login 登录，或设置 HF_TOKEN"
    ),
    "there is no {}": "没有 {0}",
    "{} holds no run that can be opened: config.json is not a run's": (
        "{0} 里没有能打开的训练任务：config.json 不是训练任务的配置"
    ),
    "there is no {}: nothing on the Hub has such a name": "没有 {0}：Hub 上没有这样的名字",
    "the token may not do that with {}; use one that may write, or name a repository of your own": (
        "这个令牌无权对 {0} 这样做；请用有写权限的令牌，或写自己的仓库"
    ),
    "somebody has changed {} meanwhile; pull it first, then push again": (
        "其间有人改动了 {0}；请先从 Hub 打开它，再推送"
    ),
    "the Hub asks for a pause, there were too many requests; try again {}": "请求太多，Hub 要求暂停；请{0}再试",
    "in {} s": " {0} 秒后",
    "in a few minutes": "过几分钟",
    "the Hub has trouble of its own (error {}); try again later": "Hub 自己出了问题（错误 {0}）；请稍后再试",
    "the request about {} failed ({})": "关于 {0} 的请求失败了（{1}）",
    # Training on the Hub's machines
    "the account has no credit left for {}; add some at {}/settings/billing": (
        "账户余额不够支付 {0}；请到 {1}/settings/billing 充值"
    ),
    "a job needs to know who pays for it; {}": "作业须知道由谁付费；{0}",
    "log in with `hf auth login`, or set HF_TOKEN": "请用 hf auth login 登录，或设置 HF_TOKEN",
    "a job pushes to a whole repository such as hf://{}, not to {}": (
        "作业要推送到整个仓库，例如 hf://{0}，而不是 {1}"
    ),
    "a job may take up to {} hours, not {}": "一个作业最长 {0} 小时，而不是 {1} 小时",
    "a job cannot see {} on this machine; train on builtin, or on hf://datasets/user/repo": (
        "作业看不到这台机器上的 {0}；请用 builtin 或 hf://datasets/user/repo 训练"
    ),
    "{} is no address of this code; set SPRITES_CODE to one such as "
    "https://huggingface.co/spaces/user/sprite-diffusion@main": (
        "{0} 不是这份代码的地址；请把 SPRITES_CODE 设为 "
        "https://huggingface.co/spaces/user/sprite-diffusion@main 这样的地址"
    ),
    "nothing": "空值",
    "list of hardware": "硬件列表",
    "job for {}": "{0} 的作业",
    "job {}": "作业 {0}",
    # Where it computes
    "{} ({}), {}, torch {}": "{0}（{1}），{2}，torch {3}",
    "{} threads": "{0} 个线程",
    "{} others are drawing sprites just now; try again in a minute": "另有 {0} 人正在生成精灵图；请过一分钟再试",
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
    "{} must hold one .npy of pictures and at most one of labels, or one .zip of pictures": (
        "{0} 里须有一个图片 .npy，标签 .npy 最多一个；或者有一个图片 .zip"
    ),
    "{} of {} has {} bytes; at most {} are taken": "{1} 的 {0} 有 {2} 字节；最多接受 {3} 字节",
    "{} does not exist": "{0} 不存在",
    "{} is not a .npy array of plain numbers": "{0} 不是只含数字的 .npy 数组",
    "{} in {}": "{1} 里的 {0}",
    "the upload": "上传的文件",
    "{} is not a picture that can be read": "{0} 不是能读取的图片",
    "{} is {} x {}; at most {} x {}": "{0} 是 {1} x {2}；最大为 {3} x {4}",
    "the pictures of {} are {}; at most {} x {}": "{0} 里的图片是 {1}；最大为 {2} x {3}",
    "the pictures in {} take more than {}; make them smaller": "{0} 里的图片展开后超过 {1}；请缩小图片",
    "{} has more than {}": "{0} 超过 {1}",
    "{} holds more than {} pictures": "{0} 里的图片超过 {1} 张",
    "{} holds more than {} files": "{0} 里的文件超过 {1} 个",
    "{} holds no pictures ({}); a .zip or .npy inside it is not opened": (
        "{0} 里没有图片（{1}）；其中的 .zip 或 .npy 不会打开"
    ),
    "{} is too large for a sprite": "{0} 太大，不像精灵图",
    "{} is not a readable .zip": "{0} 不是能读取的 .zip",
    "{} is locked with a password; make the .zip without one": "{0} 有密码；请不设密码重新打包 .zip",
    "{} is a link; put the picture itself into the .zip": "{0} 是链接；请把图片本身放进 .zip",
    "{} is packed in an unusual way; make the .zip with the usual one, deflate": (
        "{0} 的压缩方式不常见；请用常见的 deflate 方式重新打包 .zip"
    ),
    "{} unpacks to more than {}; upload fewer pictures": "{0} 解压后超过 {1}；请少上传一些图片",
    # Pictures that are uploaded
    "upload a .zip of pictures, pictures ({}) or one or two .npy arrays": (
        "请上传一个图片 .zip、若干图片（{0}），或一到两个 .npy 数组"
    ),
    "upload one .zip, one .npy of pictures with at most one of labels, or pictures, not {}": (
        "请上传一个 .zip、一个图片 .npy（标签 .npy 最多一个），或若干图片，而不是 {0}"
    ),
    "that is more than {}; upload fewer pictures, or smaller ones": "总共超过了 {0}；请少上传一些图片，或换小一点的",
    "one of two .npy must be pictures, {}, not {} and {}": "两个 .npy 中须有一个是图片，即 {0}，而不是 {1} 和 {2}",
    "uint8 (N, {}, {}, 3), and the other labels (N, {})": "uint8 (N, {0}, {1}, 3)，另一个是标签 (N, {2})",
}
