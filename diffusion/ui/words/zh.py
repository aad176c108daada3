"""Every word a visitor of the Chinese page sees: the same names as in english.py."""

from . import zh_learn as chinese_learn
from .zh_errors import ENGINE  # noqa: F401
from .zh_hub import HUB  # noqa: F401

REPORT = {
    "missing_one": "还没法比较：第 {first} 回合还没有测量（python -m diffusion evaluate）。",
    "missing_two": "还没法比较：第 {first} 和第 {second} 回合还没有测量（python -m diffusion evaluate）。",
    "one_seed_falls": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离下降了 {percent}%；"
        "但只有一个种子，分不清是真的变好还是偶然。"
    ),
    "one_seed_rises": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离上升了 {percent}%；"
        "但只有一个种子，分不清是真的变差还是偶然。"
    ),
    "same": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离只变化了 {percent}%，"
        "没有超出不同种子之间的波动：两者确实差不多。"
    ),
    "falls": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离仍下降了 {percent}%，超出了不同种子之间的波动。"
    ),
    "rises": (
        "从第 {first} 回合到第 {second} 回合，与真实精灵图的距离上升了 {percent}%，"
        "超出了不同种子之间的波动：后一个更差。"
    ),
    "specialises": (
        "在没有参加训练的图片（留出集）上，预测噪声的误差在第 {best} 回合之后最小，此后又增加了 {percent}%："
        "网络越来越偏向它训练过的形状。"
    ),
}

CODE = "zh-CN"
LANGUAGE = "中文"

TITLE = "Sprite Diffusion"
DESCRIPTION = "看一个小小的神经网络怎样学会从噪声里画出游戏精灵图。"
INTRO = (
    "一个小小的神经网络学会了画精灵图，也就是电子游戏里的小人和小物件。它从一片彩色噪声开始，"
    "一遍遍猜其中哪些是噪声，每次去掉一点，最后就剩下一张精灵图。"
)
BEGIN = "第一次来？先看看它的原理"
WATCH = "观看"
COMPARE = "对比"
COMPARE_INTRO = (
    "所有训练回合都从同样的噪声出发，每一步加入的噪声也相同，不同的只是学到的东西。"
    "随时可以移动回合滑块，生成过程中也可以；指向某张精灵图，就能放大看它在每个回合的样子。"
)
NEAREST = "它在照抄吗？上排是最后一个回合生成的、最像训练图的精灵图，下排是它们最像的那张训练图。"
NEAREST_ALT = "成对的图片：生成的精灵图，以及与它最接近的训练图"
COMPARE_NUMBERS = "## 第 24 和第 31 回合真的有差别吗？"
COMPARE_EPOCHS = "要对比的回合"
COMPARE_EPOCHS_INFO = "选两到六个"
COMPARE_GENERATE = "开始对比"
COMPARE_COUNT = "请选 2 到 {most} 个回合，而不是 {count} 个"
RUN = "训练任务"
EPOCH = "训练回合"
EPOCH_NUMBER = "第\u00a0{epoch} 回合"  # not broken after 第 where room is scarce
EPOCH_INFO = "训练进行到第几回合：第 0 回合已把每张图都看过一遍"
KINDS_LABEL = "画什么"
KINDS_INFO = "全部为 0：画什么都行。同时调高几项，就能混合。"
KIND_NAMES = {
    "hero": "英雄",
    "non-hero": "生物",
    "food": "食物",
    "spell": "物品",
    "side-facing": "侧面英雄",
}
COUNT = "数量"
SEED = "种子"
SEED_INFO = "种子相同，结果就相同"
DICE = "随机"
SAMPLER = "采样器"
SAMPLER_NAMES = {
    "ddpm": "DDPM",
    "ddim": "DDIM",
    "dpmpp": "DPM-Solver++",
    "sde-dpmpp": "SDE-DPM-Solver++",
    "sa": "SA-Solver",
}
SAMPLER_INFO = "DDPM、SDE-DPM-Solver++ 和 SA-Solver 每一步都加入新噪声，另外两种不加。SA-Solver 需要的步数最少"
STEPS = "步数"
STEPS_INFO = "步数越多，越慢也越精细"
MORE = "采样器与实验"
GUIDANCE = "引导强度"
GUIDANCE_INFO = "1 表示按类别画，更大则更夸张，0 表示不管类别"
ETA = "DDIM 的新噪声（η）"
CLIP = "让预测的精灵图保持在黑与白之间（裁剪）"
FRESH = "每一步都加入新噪声"
FRESH_INFO = "不加的话，DDPM 的结果会缩成一团：试试看"
DRAW_NEW = "## 让它画新的"
GENERATE = "生成"
STOP = "停止"

NO_RUNS = "{folder} 里还没有训练任务。先训练一个：python -m diffusion train --run {folder}/mine"
NO_RUN = "没有名为 {name!r} 的训练任务；刷新页面可以看到现有的任务"
NO_EPOCH = "请先选择一个训练回合"
WHOLE_NUMBER = "“{name}”须是整数"
DEVICE = "计算设备：{device} · Gradio {gradio}"

ONE_STEP_TAB = "单步"
ONE_STEP_INTRO = (
    "画一张精灵图，选一张，或上传一张图片。它会按你选的程度混入噪声，然后每个训练回合各看它一眼。"
    "第一组可选的精灵图来自留出集：这些形状网络在训练中从没见过。"
)
FINISH_INTRO = (
    "接着画完：从这个噪声程度开始，每个回合都一路去噪到底，用不同的噪声各画八张。涂三个色块，程度选 300 左右就够了。"
)
FINISH = "接着画完"
FINISH_HINT = "点“接着画完”，看每个回合把你的画变成什么"
LEVEL = "噪声程度"
LEVEL_RANGE = "噪声程度须在 1 到 {most} 之间，而不是 {level}"
NO_DRAWING = "请先画一张或选一张精灵图"
NO_SPRITE = "精灵图须是 16 x 16 像素，每个像素三个字节"
ONE_STEP = {
    "editor": "像素画板，16 × 16：方向键移动，空格键上色",
    "colour": "颜色",
    "clear": "清空",
    "upload-name": "上传图片",
    "galleries": ["训练中从没见过的精灵图", "网络生成的精灵图"],
    "t-name": "噪声程度",
    "noise": "换一份噪声",
    "truth": "真值",
    "columns": ["带噪图", "其中的噪声", "背后的图"],
    "errors": ["噪声的误差", "精灵图的误差"],
    "offline": "服务器没有回应",
    "unreadable": "这个文件不是浏览器能读取的图片",
}

TRAIN = "训练"
TRAIN_INTRO = (
    "训练一个你自己的网络。训练在服务器上进行：关掉页面再回来，它还在。"
    "每保存一个回合，它马上就会出现在“观看”“对比”和“单步”里。"
)
TRAIN_OFF = "这台服务器关闭了训练；想训练请在自己的电脑上运行 python app.py"
TRAIN_NAME = "训练任务的名字"
TRAIN_SOURCE = "用什么训练"
TRAIN_SOURCES = {"builtin": "内置的精灵图", "upload": "我的图片", "hub": "Hub 上的数据集"}
TRAIN_COUNT = "图片数量"
TRAIN_FILES = "文件"
TRAIN_FILES_INFO = (
    "一个图片文件夹或 .zip（其中的文件夹 hero、non-hero、food、spell、side-facing 会成为类别）、"
    "若干图片，或课程的两个 .npy"
)
FOLDER = {
    "choose": "选择一个文件夹",
    "empty": "这个文件夹里没有图片（.png、.gif、.bmp、.jpg、.webp）",
    "packing": "正在打包 {count} 张图片……",
    "large": "这个文件夹里的图片超过了 {most} MB；请少选一些，或换小一点的",
    "failed": "文件夹没能发送；请再试一次，或打包成 .zip 再上传",
}
TRAIN_HUB = "Hub 数据集"
TRAIN_HUB_HINT = "hf://datasets/user/repo"
TRAIN_HUB_NAME = "数据集要写成 hf://datasets/user/repo 这样"
TRAIN_LOOK = "看看数据"
TRAIN_DATA = "用来训练的有 {count:,} 张：{kinds}。留出集 {held_out:,} 张，不参加训练。"
TRAIN_NO_LABEL = "没有类别"
TRAIN_DATA_PICTURE = "用来训练的一部分精灵图"
TRAIN_START_FROM = "从哪里开始"
TRAIN_FROM_NOTHING = "随机权重"
TRAIN_MORE = "更多设置"
TRAIN_WIDTH = "网络"
TRAIN_WIDTHS = {32: "小，学得快", 64: "和自带的训练一样大"}
TRAIN_EPOCHS = "训练回合数"
TRAIN_BATCH = "批大小"
TRAIN_SAVE_EVERY = "保存间隔"
TRAIN_LR = "学习率"
TRAIN_CONTEXT = "告诉网络每张图的类别（上下文）"
TRAIN_CONTEXT_INFO = "关掉后它什么都画，但不能指定画哪一类"
TRAIN_ABOUT = "在这台机器上大约需要 {time}"
TRAIN_START = "开始训练"
TRAIN_PACK = "下载（.zip）"
TRAIN_ACTS = {
    "pause": "暂停",
    "go_on": "继续",
    "next_epoch": "再训练一个回合",
    "save_now": "立即保存",
    "stop": STOP,
    "leave": "退出排队",
    "pack": TRAIN_PACK,
}
TRAIN_WATCH = "看它画图"
TRAIN_COMPARE = "对比它的各个回合"
TRAIN_UNFINISHED = "没训练完的任务"
TRAIN_RESUME = "接着训练"
TRAIN_IDLE = "现在没有正在进行的训练。旁边的设置大约训练一分钟；点“开始训练”。"
TRAIN_FILM_HINT = "每个回合之后，同样的十六张精灵图会出现在这里"
TRAIN_STATES = {
    "starting": "正在启动",
    "running": "正在训练",
    "paused": "已暂停",
    "stopping": "正在保存并停止",
    "stopped": "已停止，可以接着训练",
    "finished": "已完成",
    "failed": "出错了",
}
TRAIN_EPOCH = "第 {epoch} 个回合，共 {epochs} 个"
TRAIN_STEP = "第 {step:,} 步，共 {total:,} 步"
TRAIN_RATE = "学习率 {lr:.1e}"
TRAIN_SPEED = "每秒 {speed:,.0f} 张"
TRAIN_LEFT = "还剩 {time}"
TRAIN_SAVED = "已在第 {step:,} 步保存"
TRAIN_WAITING = "排队中：{names}"
TRAIN_OUT_OF_TIME = "已达到这里允许的最长训练时间"
TRAIN_NOT_YOURS = "只有启动 {name} 的人才能这样做；你可以旁观，或者再排一个训练任务"
TRAIN_NOT_WAITING = "你没有正在排队的训练任务"
SECONDS = "{seconds} 秒"
MINUTES = "{minutes} 分钟"
HOURS = "{hours} 小时"
SAME_COMMAND = "等同于命令行"
RUN_NAME = "名字只能用英文字母、数字、“.”、“_”和“-”，例如 my-run"
RUN_TAKEN = "已经有名为 {name} 的训练任务；请换个名字，或接着训练它"
NOTHING_TO_RESUME = "请先选一个没训练完的任务"
NOTHING_TO_PACK = "还没有可以下载的回合"

PLAYER = {
    "mode": "显示",
    "mode_one": "单个回合",
    "mode_wipe": "滑动对比",
    "mode_grid": "回合 × 时间",
    "mode_learning": "学习过程的影片",
    "invite": "向左拖：训练得少的时候，它画成什么样？",
    "wipe_from": "左侧",
    "wipe": "两个回合的分界线",
    "epoch": "训练回合",
    "lens": "同一张精灵图在每个回合的样子",
    "label": "播放器：空格键播放或暂停，方向键逐步前后移动",
    "canvas": "当前噪声程度下的精灵图",
    "hint": "点“生成”，看噪声变成精灵图",
    "scrub": "播放位置",
    "play": "播放",
    "pause": "暂停",
    "back": "后退一步",
    "forward": "前进一步",
    "loop": "循环",
    "speed": "速度",
    "save": "保存……",
    "save_gif": "动画（GIF）",
    "save_picture": "图片（PNG，所见即所得）",
    "save_sheet": "精灵表（PNG，原始大小）",
    "save_zip": "每张单独保存（ZIP，内含 PNG）",
    "save_recipe": "配方（JSON）",
    "share": "复制链接",
    "copied": "链接已复制",
    "in_address": "链接已在地址栏中",
    "failed": "没有成功",
    "no_recipe": "接着画完的作品没有配方",
    "view": "显示",
    "view_x": "带噪声的图 xₜ",
    "view_eps": "预测的噪声 ε̂",
    "view_x0": "预测的精灵图 x̂₀",
    "epoch_number": "第 {epoch} 回合",
    "gif": "GIF：第 {done} 帧，共 {total} 帧",
    "level": "噪声程度 {t} / {T}",
    "left": "还剩 {s} 秒",
    "started": "开始采样",
    "finished": "完成：可以重放，也可以拖动滑块",
    "stopped": "已停止",
}

# The measured numbers of a run (charts.py)
QUALITY = {
    "loss": "损失曲线",
    "loss_desc": "预测噪声的均方误差，越小越好；1 表示毫无头绪。",
    "loss_x": "已完成的训练回合",
    "loss_raw": "训练，每一步",
    "loss_smooth": "训练，平滑后",
    "loss_held_out": "留出集",
    "none": "这次训练还没有测量：python -m diffusion evaluate --run checkpoints/…",
    "unreadable": "无法读取这次训练的 metrics.json；请重新测量：python -m diffusion evaluate --run …",
    "epoch": "第 {epoch} 回合",
    "epochs": "训练回合",
    "held_out": "真实图，训练中没见过的形状",
    "fresh": "真实图，训练中见过的形状",
    "frechet": "与真实精灵图的距离",
    "frechet_desc": "Fréchet 距离，越小越好。色带表示不同种子之间的波动；虚线是真实精灵图。",
    "frechet_x": "训练回合",
    "shares": "精确率与召回率",
    "shares_desc": "生成的图有多少像真的，真实的图有多少能被生成出来。",
    "shares_x": "训练回合",
    "precision": "精确率",
    "recall": "召回率",
    "errors": "预测噪声的误差",
    "errors_desc": "在训练中没见过的形状上，按噪声程度分；越小越好，1 表示毫无头绪。",
    "errors_x": "噪声程度，从干净到全是噪声",
    "kernel": "核距离",
    "copied": "照抄训练图的比例",
    "recognised": "类别符合要求的比例",
    "table": "以表格查看数字",
    "caption": "不同种子的平均值 ± 标准差；最后几行是真实精灵图",
}

LEARN = chinese_learn.LEARN
