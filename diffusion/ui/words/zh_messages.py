"""What the engine says, in Chinese: by the English template, with the same placeholders."""

MESSAGES = {
    "variant must be one of {variants}, not {variant!r}": "variant 须是 {variants} 之一，而不是 {variant!r}",
    "sampler must be one of {samplers}, not {sampler!r}": "采样器须是 {samplers} 之一，而不是 {sampler!r}",
    "seed must be between 0 and {max_seed}, not {seed}": "种子须在 0 到 {max_seed} 之间，而不是 {seed}",
    "steps must be between 1 and {count}, not {steps}": "步数须在 1 到 {count} 之间，而不是 {steps}",
    "{name} must be at least {low}, not {value}": "{name}至少为 {low}，而不是 {value}",
    "{name} must be at least {low} {unit}, not {value}": "{name}至少为 {low} {unit}，而不是 {value}",
    "epoch": "个回合",
    "{name} must be between {low} and {high}, not {value}": "{name}须在 {low} 到 {high} 之间，而不是 {value}",
    "{name} must be above {low} and at most {high}, not {value}": (
        "{name}须大于 {low} 且不超过 {high}，而不是 {value}"
    ),
    "{name} must be at least {low} and below {high}, not {value}": (
        "{name}须不小于 {low} 且小于 {high}，而不是 {value}"
    ),
    "{name} must be a whole number from 1 to {high}, not {value!r}": (
        "{name}须是 1 到 {high} 之间的整数，而不是 {value!r}"
    ),
    "{name} must be a multiple of {number}, not {value}": "{name}须是 {number} 的倍数，而不是 {value}",
    "{name} must be one of {options}, not {value!r}": "{name}须是 {options} 之一，而不是 {value!r}",
    "epochs": "训练回合数",
    "batch size": "批大小",
    "learning rate": "学习率",
    "optimizer": "优化器",
    "drop words": "去掉部分词语的比例",
    "weighting": "各级别的权重",
    "drop label": "丢弃标签的比例",
    "ema": "EMA 系数",
    "seed": "种子",
    "network": "网络",
    "width": "宽度",
    "variant": "网络变体",
    "schedule": "噪声方案",
    "levels": "噪声级数",
    "save every": "保存间隔",
    "updates": "更新次数",
    "{count:,} pictures are few to learn from nothing; to draw in their style, begin with a trained network: "
    "--from checkpoints/sprites/model_31.safetensors --updates 320 --batch-size 16 --lr 0.001": (
        "从零学起，{count:,} 张图太少；想画出它们的风格，请从训练好的网络开始："
        "--from checkpoints/sprites/model_31.safetensors --updates 320 --batch-size 16 --lr 0.001"
    ),
    "checkpoints": "检查点数",
    "{max_loops} others are drawing sprites just now; try again in a minute": (
        "另有 {max_loops} 人正在生成精灵图；请过一分钟再试"
    ),
    "{name} must be a whole number, not {value!r}": "{name}须是整数，而不是 {value!r}",
    "{name} must be a number, not {value!r}": "{name}须是数字，而不是 {value!r}",
    "{name} must be true or false, not {value!r}": "{name}须是 true 或 false，而不是 {value!r}",
    "{name} must be {count} numbers from 0 to 1 ({options})": "“{name}”须是 {count} 个 0 到 1 之间的数（{options}）",
    "{path} has no epoch {absent}; it has: {there}": "{path} 没有第 {absent} 回合；现有的回合：{there}",
    "{value} is not an epoch of a run; write it like sprites/31": (
        "{value} 不是某次训练的回合；请写成 sprites/31 这样"
    ),
    "{text!r} is not an epoch of a run; write it like sprites/31": (
        "{text!r} 不是某次训练的回合；请写成 sprites/31 这样"
    ),
    "{value!r} is no run on the Hub; write it like hf://user/repo or hf://user/repo@v1": (
        "{value!r} 不是 Hub 上的训练任务；请写成 hf://user/repo 或 hf://user/repo@v1 这样"
    ),
    "{path} cannot be resumed here: it does not say where its data is": (
        "{path} 无法在这里继续：它没有记下数据在哪里"
    ),
    "{path} cannot be resumed: it was begun with {settings}, which this version does not have; "
    "resume it with the version that began it": (
        "{path} 无法继续训练：它开始时用了 {settings}，这个版本没有这个设置；请用开始训练时的版本继续"
    ),
    "{path} was begun with another {what} ({found}, not {wanted}); resume with the same": (
        "{path} 开始时的 {what} 不一样（是 {found}，不是 {wanted}）；请用同样的设置继续"
    ),
    "{start} has {name} {found}, not {wanted}; leave --{name} out": (
        "{start} 的 {name} 是 {found}，不是 {wanted}；请去掉 --{name}"
    ),
    "{name} is being trained or waits for its turn; choose another name": ("{name} 正在训练或排队中；请换个名字"),
    "{max_waiting} runs wait already; try again when one has finished": (
        "已有 {max_waiting} 个训练任务在排队；请等其中一个训练完再试"
    ),
    "this server takes up to {epochs} epochs at a time, not {count}": (
        "这台服务器一次最多打开 {epochs} 个回合，而不是 {count} 个"
    ),
    "this server takes up to {megabytes} MB at a time, not {size:.0f}; choose fewer epochs": (
        "这台服务器一次最多下载 {megabytes} MB，而不是 {size:.0f} MB；请少选几个回合"
    ),
    "this server has no room for more runs from the Hub; run python app.py on your machine": (
        "这台服务器放不下更多 Hub 上的训练任务了；请在自己的电脑上运行 python app.py"
    ),
    "{name} is on its way already; it appears here when it has come": ("{name} 已经在下载了；到了就会出现在这里"),
    "{name} holds no state dict; save the network's state_dict() and nothing else": (
        "{name} 里没有 state dict；请只保存网络的 state_dict()"
    ),
    "{name} is not a checkpoint of {network} ({variant}): it {wrong}": (
        "{name} 不是 {network}（{variant}）的检查点：它{wrong}"
    ),
    "{name} has format {found!r}; this version reads format {known}": (
        "{name} 的格式是 {found!r}；这个版本能读的是格式 {known}"
    ),
    "{name} lists the kinds {kinds}; this version knows {known}": (
        "{name} 列出的类别是 {kinds}；这个版本认识的是 {known}"
    ),
    "{name} belongs to a {network} of another size: {shapes}": "{name} 属于另一种大小的 {network}：{shapes}",
    "{name} is damaged: {key} holds values that are not finite": "{name} 已损坏：{key} 里有不是有限数的值",
    "{what} must hold names and values, not {entries!r}": "{what} 里须是名字和值，而不是 {entries!r}",
    "{name} is not a run's: it needs at least format and vocabulary": (
        "{name} 不是训练任务的配置：至少要有 format 和 vocabulary"
    ),
    "{name} has entries this version does not know: {unknown}": ("{name} 里有这个版本不认识的条目：{unknown}"),
    "could not write {path}: {problem}": "无法写入 {path}：{problem}",
    "{path} is not a run folder: it has no config.json": "{path} 不是训练任务的文件夹：里面没有 config.json",
    "{path} does not exist; a checkpoint is a file such as model_31.safetensors": (
        "{path} 不存在；检查点是 model_31.safetensors 这样的文件"
    ),
    "{path} is not a run folder: there is no such folder": "{path} 不是训练任务的文件夹：没有这个文件夹",
    "{path} is not empty; use --resume to go on with it, or name a new folder": (
        "{path} 不是空的；用 --resume 接着训练，或换一个新文件夹"
    ),
    "{path} is damaged or cut short; copy or train it again": "{path} 已损坏或不完整；请重新复制或重新训练",
    "could not read {path}: {problem}": "无法读取 {path}：{problem}",
    "{name} is damaged: {reason}": "{name} 已损坏：{reason}",
    "{name}: {mistake}": "{name}：{mistake}",
    "it is larger than {size:.1f} MB": "它大于 {size:.1f} MB",
    "it is empty": "它是空的",
    "it is not UTF-8 text": "它不是 UTF-8 文本",
    "it is nested deeper than {depth} levels": "它的嵌套超过 {depth} 层",
    "it is cut short or no JSON (line {line}, column {column})": "它不完整，或不是 JSON（第 {line} 行第 {column} 列）",
    "it holds a number of {digits} digits": "它里面有一个 {digits} 位的数",
    "it names {key} twice": "{key} 在里面出现了两次",
    "it has no list of epochs": "它没有列出回合",
    "it names no epoch": "它没有写明回合",
    "it has no kinds": "它没有写明类别",
    "it names {count} epochs; up to {most} can be sampled together": "它写了 {count} 个回合；一起采样最多 {most} 个",
    "it has settings that this version does not know: {unknown}": "它有这个版本不认识的设置：{unknown}",
    "it holds no names and values": "它里面不是名字和值",
    "it does not say where the data is": "它没有说明数据在哪里",
    "it does not say where on the Hub the run is": "它没有说明训练任务在 Hub 的哪里",
    "{name} was damaged; it is kept as {aside}": "{name} 曾经损坏；原文件保存为 {aside}",
    "{what} must be text, not {entries!r}": "{what} 须是文字，而不是 {entries!r}",
    "{run} was trained without kinds; the run {other} of the same folder knows them": (
        "{run} 训练时没有类别；同一文件夹里的 {other} 认识类别"
    ),
    "{name} was trained with {count} kinds of its own, whose names are not known; draw without a kind": (
        "{name} 训练时用的是它自己的 {count} 个类别，名称未知；请不选类别来画"
    ),
    "{path} has no file that is named like model_31.safetensors; rename its weights": (
        "{path} 里没有像 model_31.safetensors 这样命名的文件；请给权重文件改名"
    ),
    "{name} is a Git LFS pointer, not the weights; fetch them with: git lfs pull": (
        "{name} 只是 Git LFS 的指针，不是权重；请用 git lfs pull 下载"
    ),
    "{name} is a web page, not weights; download the file itself": "{name} 是网页，不是权重；请下载文件本身",
    "{name} is no safetensors file: torch wrote it; call it .pth": (
        "{name} 不是 safetensors 文件，而是 torch 写的；请把后缀改成 .pth"
    ),
    "{name} is no file of weights: neither safetensors nor torch wrote it": (
        "{name} 不是权重文件：既不是 safetensors 写的，也不是 torch 写的"
    ),
    "{name} is a pickle that torch did not write, or is damaged; save it with torch.save": (
        "{name} 不是 torch 写的 pickle，或已损坏；请用 torch.save 保存"
    ),
    "{name} holds a pickled object ({kind}), not weights alone, and reading it could run its code; "
    "where it was made, save the weights: torch.save(model.state_dict(), 'model_31.pth')": (
        "{name} 里有 pickle 对象（{kind}），不只是权重，读取它可能会运行其中的代码；"
        "请在生成它的地方只保存权重：torch.save(model.state_dict(), 'model_31.pth')"
    ),
    "{name} holds a program (TorchScript), not weights; "
    "where it was made, save the weights: torch.save(model.state_dict(), 'model_31.pth')": (
        "{name} 里是程序（TorchScript），不是权重；"
        "请在生成它的地方保存权重：torch.save(model.state_dict(), 'model_31.pth')"
    ),
    "{name} holds {count} networks ({places}); save the one that you want alone": (
        "{name} 里有 {count} 个网络（{places}）；请把要用的那个单独保存"
    ),
    "{name} holds {count} networks; this is the averaged one, {place}": (
        "{name} 里有 {count} 个网络；用的是取平均的那个：{place}"
    ),
    "{name} cannot be used: {key} holds no plain numbers": "{name} 不能用：{key} 里不是普通的数",
    "{name} has no config.json beside it; the linear schedule is taken": (
        "{name} 旁边没有 config.json；按线性噪声方案处理"
    ),
    "{name} says that it is of epoch {other}; its name counts": "{name} 里写的是第 {other} 回合；以文件名为准",
    "{name} does not say its epoch; by its name it is {epoch}": "{name} 没有写明回合；按文件名算作第 {epoch} 回合",
    "{name} does not say its epoch; it counts as 0": "{name} 没有写明回合；算作第 0 回合",
    "give the run a name, such as my-run": "请给训练任务起个名字，例如 my-run",
    "{name!r} cannot be a run's name: no slash, backslash or control character in it, no dot or space at its "
    "beginning, no space at its end": (
        "{name!r} 不能作训练任务的名字：不能含斜杠、反斜杠或控制字符，不能以点或空格开头，也不能以空格结尾"
    ),
    "{name!r} is too long for a run's name: at most {most} bytes": (
        "{name!r} 作训练任务的名字太长了：最多 {most} 字节"
    ),
    "could not pack {path}: {problem}": "无法打包 {path}：{problem}",
    "the disk is full": "磁盘已满",
    "there is no more room for this user on the disk (quota)": "这个用户的磁盘配额已用完",
    "the file would be larger than is allowed here": "文件超出了这里允许的大小",
    "there is not enough memory": "内存不足",
    "{run} is in use by {holder}; wait until that has ended": "{run} 正被{holder}使用；请等它结束",
    "another process": "另一个进程",
    "another part of this program": "本程序的另一处",
    "process {pid} on {host} since {since}": "{host} 上的进程 {pid}（自 {since} 起）",
    "ffmpeg could not make it": "ffmpeg 无法生成",
    "the server could not do that: {problem} (number {number})": "服务器没能做到：{problem}（编号 {number}）",
    "something went wrong on the server (number {number}); its log says what": (
        "服务器出了意外（编号 {number}）；原因写在它的日志里"
    ),
    "the folder is read-only": "文件夹是只读的",
    "HF_TOKEN or the stored token is no token; log in with `hf auth login`, or set HF_TOKEN": (
        "HF_TOKEN 或保存的令牌不是有效的令牌；请用 hf auth login 登录，或设置 HF_TOKEN"
    ),
    "the Hub does not accept the token, or there is none; log in with `hf auth login`, or set HF_TOKEN": (
        "没有令牌，或 Hub 不接受它；请用 hf auth login 登录，或设置 HF_TOKEN"
    ),
    "the upload": "上传的文件",
    "{name} is gated; ask for access at {page}, then log in with `hf auth login`, or set HF_TOKEN": (
        "{name} 需要申请访问；请在 {page} 申请，然后用 hf auth login 登录，或设置 HF_TOKEN"
    ),
    "there is no {name}, or it is private; check the name, or log in with `hf auth login`, or set HF_TOKEN": (
        "没有 {name}，或者它是私有的；请检查名字，或用 hf auth login 登录，或设置 HF_TOKEN"
    ),
    "the card of {run} gets no picture: its folder is read-only": "{run} 的卡片没有图片：它的文件夹是只读的",
    "lacks {key}": "缺少 {key}",
    "has {key}": "多出 {key}",
    "{key} is {found}, not {wanted}": "{key} 是 {found}，而不是 {wanted}",
    "{name} ({chip}), {dtype}, torch {version}": "{name}（{chip}），{dtype}，torch {version}",
    "{count} threads": "{count} 个线程",
    "{path} is not a .npy array of plain numbers": "{path} 不是只含数字的 .npy 数组",
    "{picture} in {name}": "{name}里的 {picture}",
    "{what} is not a picture that can be read": "{what} 不是能读取的图片",
    "{path} is not a readable .zip": "{path} 不是能读取的 .zip",
    "uint8 (N, {size}, {size}, 3), and the other labels (N, {kinds})": (
        "uint8 (N, {size}, {size}, 3)，另一个是标签 (N, {kinds})"
    ),
    "a GPU that ZeroGPU lends for each request": "ZeroGPU 为每次请求借出的 GPU",
    "{file} of {repo}": "{repo} 的 {file}",
    "Nothing to compare yet: epoch {first} has not been measured (python -m diffusion evaluate).": (
        "还没法比较：第 {first} 回合还没有测量（python -m diffusion evaluate）。"
    ),
    "Nothing to compare yet: epochs {first} and {second} have not been measured (python -m diffusion evaluate).": (
        "还没法比较：第 {first} 和第 {second} 回合还没有测量（python -m diffusion evaluate）。"
    ),
    "Between epochs {first} and {second} the distance to real sprites falls by {percent} %; one seed "
    "alone cannot tell chance from gain.": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离下降了 {percent}%；但只有一个种子，分不清"
        "是真的变好还是偶然。"
    ),
    "Between epochs {first} and {second} the distance to real sprites rises by {percent} %; one seed "
    "alone cannot tell chance from gain.": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离上升了 {percent}%；但只有一个种子，分不清"
        "是真的变差还是偶然。"
    ),
    "Between epochs {first} and {second} the distance to real sprites changes by {percent} %, no "
    "more than the spread between seeds: they really are about the same.": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离只变化了 {percent}%，没有超出不同种子之间"
        "的波动：两者确实差不多。"
    ),
    "Between epochs {first} and {second} the distance to real sprites still falls by {percent} %, "
    "more than the spread between seeds.": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离仍下降了 {percent}%，超出了不同种子之间的波动。"
    ),
    "Between epochs {first} and {second} the distance to real sprites rises by {percent} %, more "
    "than the spread between seeds: the later one is worse.": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离上升了 {percent}%，超出了不同种子之间的波"
        "动：后一个更差。"
    ),
    "this Space lends its GPU for a minute only; measure runs on your own machine": (
        "这个 Space 每次只借出一分钟 GPU；请在自己的电脑上测量"
    ),
    "{name} has no epoch to measure": "{name} 还没有可以测量的回合",
    "all epochs of {name} are measured already": "{name} 的所有回合都已经测量过了",
    "{name} is being measured; try again when that has finished or was stopped": (
        "正在测量 {name}；请等它结束或停止后再试"
    ),
    "{name} has {count} sprites; to be measured it needs {least} or more": (
        "{name} 有 {count} 张精灵图；至少要有 {least} 张才能测量"
    ),
    "{path} was trained on {source}; say where that is with --data": (
        "{path} 是用 {source} 训练的，而这里没有这份数据；请在命令行用 --data 指出它在哪里"
    ),
    "{source} is not what {path} was trained on: other pictures or other labels": (
        "{source} 与 {path} 训练时用的数据不同：图片或标签不一样"
    ),
    "{training} has {count} sprites; measuring needs more than {neighbours}": (
        "{training} 有 {count} 张精灵图；测量需要多于 {neighbours} 张"
    ),
    "On pictures kept out of training the error in the predicted noise is smallest after epoch {best}"
    " and then grows by {percent} %: the network specialises in the shapes it was trained on.": (
        "在没有参加训练的图片（留出集）上，预测噪声的误差在第 {best} 回合之后最小，此后又增加了 {percent}"
        "%：网络越来越偏向它训练过的形状。"
    ),
    "On pictures kept out of training the error in the predicted noise after epoch {last} is {ratio} times that of "
    "the best epoch, {best}: the network does not specialise in what it was trained on.": (
        "在没有参加训练的图片（留出集）上，第 {last} 回合之后预测噪声的误差是最好的第 {best} 回合的 {ratio} 倍："
        "网络并没有偏向它训练过的内容。"
    ),
    "Copies say little here: of newly drawn real sprites, which copy nothing, {percent} % are as near to a training "
    "sprite.": "这里的照抄比例说明不了什么：新画的真实精灵图并没有照抄，却也有 {percent}% 与某张训练图同样接近。",
    "this server takes {megabytes} MB of uploads from one visitor in an hour; try again in {minutes} minutes": (
        "这台服务器一小时内只接受同一位访客上传 {megabytes} MB；请 {minutes} 分钟后再试"
    ),
    "the room for uploads and downloads ({megabytes} MB) is used up; it is cleared within an hour": (
        "用来存放上传和下载文件的空间（{megabytes} MB）已经用完；一小时内会清理出来"
    ),
    "an upload must say its size (Content-Length)": "上传时必须说明大小（Content-Length）",
    "this server keeps {runs} runs of its visitors ({megabytes} MB), and all are new; "
    "try again in {minutes} minutes": (
        "这台服务器为访客保留 {runs} 个训练任务（共 {megabytes} MB），现有的都是刚完成的；请 {minutes} 分钟后再试"
    ),
}
