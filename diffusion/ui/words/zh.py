"""The words of the page in Chinese."""

from .schema import AskingWords, ChartWords, CompareWords, QualityWords, RefusalWords, SettingWords, Words
from .zh_hub import HUB
from .zh_learn import LEARN
from .zh_machine import MACHINE
from .zh_messages import MESSAGES
from .zh_messages_data import DATA_MESSAGES
from .zh_messages_files import FILE_MESSAGES
from .zh_messages_hub import HUB_MESSAGES
from .zh_paint import EDITOR, ONE_STEP, PAINT
from .zh_save import SAVE
from .zh_site import SITE
from .zh_train import TRAIN

SETTINGS: dict[str, SettingWords] = {
    "count": {"label": "数量"},
    "seed": {"label": "种子", "info": "种子相同，结果就相同"},
    "sampler": {
        "label": "采样器",
        "info": "DDPM、SDE-DPM-Solver++ 和 SA-Solver 每一步都加入新噪声，另外两种不加。SA-Solver 需要的步数最少",
    },
    "steps": {"label": "步数", "info": "步数越多，越慢也越精细"},
    "guidance": {
        "label": "引导强度",
        "info": "1 表示照你要的画，1.5 画得最好，但要花两倍的时间，更大则更夸张，0 表示不管你要的",
    },
    "youth": {
        "label": "用早期的自己引导",
        "info": (
            "避开训练到约八分之一时那个早期回合所犯的错误。1 表示不用，可以试试 1.5。那个回合和更早的回合不受引导"
        ),
    },
    "prompt": {"label": "用文字描述", "placeholder": "拿法杖的红发巫师"},
    "surprise": {"label": "给我惊喜", "info": "每个精灵都有自己的随机词"},
    "youth_below": {
        "label": "早期引导从第几级噪声起",
        "info": "从这一级往下，每一步都要问两个网络。取 325（共 500 级）时，画一次要花 1.5 倍的时间；0 表示不用",
    },
    "eta": {"label": "DDIM 的新噪声（η）"},
    "fresh_noise": {"label": "每一步都加入新噪声", "info": "不加的话，DDPM 画出的图会变得平滑、彼此相像：试试看"},
    "kinds": {"label": "类别", "info": "与上面的文字一起起作用。全部为 0：画什么都行。同时调高几项，就能混合。"},
}

ASKING: AskingWords = {
    "understood": "听懂了：{words}",
    "unknown": "没听懂：{text}。",
    "unknown_by": "{runs} 没听懂：{text}。",
    "impossible": "{shape}不能是{text}。",
    "choice": "“{text}”按“{taken}”来画。",
    "instead": "可以换成：",
    "examples": [
        "拿法杖的红发巫师",
        "蓝色的蘑菇",
        "绿色的龙",
        "骷髅",
        "拿剑的骑士",
        "戴王冠的幽灵",
        "金钥匙",
        "一杯茶",
    ],
    "example": "试试：",
    "kinds": "精灵图的类别",
    "plurals": {"hero": "英雄", "creature": "生物", "food": "食物", "item": "物品"},
    "surprise": "给我惊喜",
    "weight": "{word}的权重",
    "remove": "去掉{word}",
    "suggestions": "输入建议",
    "suggested": "有 {count} 条建议：方向键选择，回车键采用，Esc 键关闭",
}

CHINESE = Words(
    code="zh-CN",
    language="中文",
    messages=MESSAGES
    | DATA_MESSAGES
    | FILE_MESSAGES
    | HUB_MESSAGES
    | {name.replace("_", " "): setting["label"] for name, setting in SETTINGS.items()},
    title="Sprite Diffusion",
    description="看一个小小的神经网络怎样学会从噪声里画出游戏精灵图。",
    shell={
        "begin": "八步看懂原理",
        "links": "关于本页",
        "source": "源代码",
        "built": "基于 Gradio {version}",
        "theme": "配色",
        "theme_light": "浅色",
        "theme_dark": "深色",
        "theme_system": "跟随系统",
        "lost": "服务器没有回应。页面上已有的内容都在，仍然可以操作。{walk}每隔几秒会自动重试……",
        "lost_walk": "刚才正在画的到这里中断了。",
        "back": "服务器恢复了。",
        "back_walk": "服务器恢复了。刚才正在画的已经丢失，请重新开始。",
        "busy": "现在画图的人很多，请稍后再试。",
    },
    watch_tab="观看",
    compare=CompareWords(
        tab="对比",
        intro=(
            "每个回合都从同样的噪声出发，每一步加入的噪声也相同，不同的只是学到的东西。"
            "指向某张精灵图，就能看到它在每个回合的样子。"
        ),
        nearest="它在照抄吗？上排是最后一个回合生成的、最像训练图的精灵图，下排是它们最像的那张训练图。",
        nearest_alt="成对的图片：生成的精灵图，以及与它最接近的训练图",
        question="第 {first} 和第 {second} 回合真的有差别吗？",
        measured="测量结果",
        epochs="要对比的回合",
        epochs_info="选两到六个",
        runs={
            "sprites": "sprites：随应用提供的我们的网络",
            "tutorial": "tutorial：教程的网络，用较少的同类精灵图训练",
        },
        generate="开始对比",
        count="请选 2 到 {most} 个回合，而不是 {count} 个",
    ),
    run="训练任务",
    epoch="训练回合",
    epoch_number="第\u00a0{epoch} 回合",
    settings=SETTINGS,
    asking=ASKING,
    left_out="没听懂的部分没有画：{words}",
    kind_names={"hero": "英雄", "non-hero": "生物", "food": "食物", "spell": "物品", "side-facing": "侧面英雄"},
    dice="随机",
    more="类别、采样器与实验",
    new_ones="画新的",
    more_settings="更多",
    keep_seed="固定种子",
    keep_seed_info="不固定的话，每次点“画新的”都换一个种子",
    stop="停止",
    no_runs="{folder} 里还没有训练任务。先训练一个：python -m diffusion train --run {folder}/mine",
    cannot_open="{run} 打不开：{reason}",
    no_run="没有名为 {name!r} 的训练任务；刷新页面可以看到现有的任务",
    no_epoch="请先选择一个训练回合",
    whole_number="“{name}”须是整数",
    unreadable="发来的内容无法读取：缺少某个值，或者某个值不是该控件所能接受的",
    no_such_event="这里没有这个名称或编号；请重新载入页面",
    device="计算设备：{device}",
    one_step_tab="单步",
    one_step_intro=(
        "给一张精灵图混入噪声，程度由你来选，然后每个训练回合各看它一眼：能认出多少噪声，又能看出背后的图吗？"
        "可以选一张、画一张，或上传一张图片。"
    ),
    level="噪声程度",
    level_range="噪声程度须在 1 到 {most} 之间，而不是 {level}",
    no_drawing="请先画一张或选一张精灵图",
    no_sprite="精灵图须是 16 x 16 像素，每个像素三个字节",
    editor=EDITOR,
    paint=PAINT,
    one_step=ONE_STEP,
    train=TRAIN,
    folder={
        "choose": "选择一个文件夹",
        "empty": "这个文件夹里没有文件",
        "drop": "或把它连同子文件夹拖到这里",
        "packing": "正在打包 {count} 个文件……",
        "sent": "{name}：已发送 {count} 个文件",
        "large": "这个文件夹里的文件超过了 {most} MB；请少选一些，或换小一点的",
        "failed": "文件夹没能发送；请再试一次，或打包成 .zip 再上传",
    },
    seconds="{seconds} 秒",
    minutes="{minutes} 分钟",
    hours="{hours} 小时",
    same_command="等同于命令行",
    nothing_to_pack="还没有可以下载的回合",
    player={
        "mode": "显示",
        "mode_one": "单个回合",
        "mode_wipe": "滑动对比",
        "mode_grid": "回合 × 时间",
        "mode_learning": "学习过程的影片",
        "trained": "训练到",
        "trained_info": "训练进行到第几回合：第 0 回合已把每张图都看过一遍",
        "wipe_from": "左侧",
        "wipe": "两个回合的分界线",
        "epoch": "训练回合",
        "lens": "同一张精灵图在每个回合的样子",
        "compared": "{count} 张精灵图，从同样的噪声画起：{epochs}",
        "canvas_wipe": "{count} 张精灵图；分界线左侧是{from}，右侧是{epoch}；{level}",
        "canvas_grid": "各行：{epochs}；各列：噪声程度 {levels}",
        "canvas_learning": "同样的 {count} 张精灵图，由{epoch}画成",
        "label": "播放器：空格键播放或暂停，方向键逐步前后移动",
        "canvas": "{count} 张精灵图：{words}；{level}",
        "hint": "精灵图会在这里从噪声中浮现",
        "not_drawn": "没有画成。点“画新的”再试一次",
        "drawing": "正在画……",
        "made_before": "事先画好的：sprites，{epoch}，DDPM 500 步",
        "drawn_now": "刚刚为你画的：{run}，{epoch}，种子 {seed}，{words}",
        "reel": "事先画好的",
        "anything": "画什么都行",
        "surprises": "随机词",
        "clean": "已画完",
        "noise": "噪声",
        "sprite": "精灵图",
        "asked": "第 {n} 个：{words}",
        "all_asked": "各自的要求：{words}",
        "use": "就画这个",
        "scrub": "播放位置",
        "play": "播放",
        "pause": "暂停",
        "back": "后退一步",
        "forward": "前进一步",
        "loop": "循环",
        "speed": "速度",
        "share": "复制链接",
        "copied": "链接已复制",
        "in_address": "链接已在地址栏中",
        "failed": "没有成功",
        "view": "显示",
        "view_x": "带噪声的图 xₜ",
        "view_eps": "预测的噪声 ε̂",
        "view_x0": "预测的精灵图 x̂₀",
        "epoch_number": "第 {epoch} 回合",
        "level": "噪声程度 {t} / {T}",
        "left": "还剩 {s} 秒",
        "started": "开始采样",
        "fetching": "正在下载{label}：{done} / {all} MB",
        "handed": "这个浏览器画不下去了，改由服务器来画",
        "finished": "完成：可以重放，也可以拖动滑块",
        "stopped": "已停止",
    },
    place={
        "place": "由谁来画",
        "place_browser": "这个浏览器",
        "place_server": "服务器",
        "place_info": "你自己的显卡画出的图与服务器相同，也不用排队",
        "place_none": "这个浏览器用不了显卡（没有 WebGPU），所以由服务器来画",
    },
    machine=MACHINE,
    save=SAVE,
    quality=QualityWords(
        loss=ChartWords(
            title="损失曲线", description="预测噪声的均方误差，越小越好；1 表示毫无头绪。", x="已完成的训练回合"
        ),
        frechet=ChartWords(
            title="与真实精灵图的距离",
            description="Fréchet 距离，越小越好。色带表示不同种子之间的波动；虚线是真实精灵图。",
            x="训练回合",
        ),
        shares=ChartWords(
            title="精确率与召回率", description="生成的图有多少像真的，真实的图有多少能被生成出来。", x="训练回合"
        ),
        errors=ChartWords(
            title="预测噪声的误差",
            description="在训练中没见过的形状上，按噪声程度分；越小越好，1 表示毫无头绪。",
            x="噪声程度，从干净到全是噪声",
        ),
        knows=ChartWords(
            title="到哪个回合学会了什么",
            description="所要求的内容在画中被认出的比例，以真实精灵图中被认出的比例为 100 %。",
            x="训练回合",
        ),
        known={
            "kinds": "类别",
            "shapes": "形状",
            "shapes_rarest": "最少见的十分之一形状",
            "colours": "颜色",
            "combinations": "训练中从未出现过的组合",
        },
        known_table="以表格查看它学会了什么",
        known_caption="所要求的内容被认出的比例，以真实精灵图中被认出的比例为 100 %",
        ceiling="在真实精灵图中能认出：{shares}。",
        real={"held_out": "真实图，训练中没见过的形状", "fresh": "真实图，训练中见过的形状"},
        numbers={
            "frechet_page": "按页面默认设置的距离",
            "frechet_asked": "用全部词语要求时的距离",
            "kernel": "核距离",
            "precision": "精确率",
            "recall": "召回率",
            "copied": "照抄训练图的比例",
            "recognised": "类别符合要求的比例",
        },
        loss_raw="训练，每一步",
        loss_smooth="训练，平滑后",
        loss_held_out="留出集",
        none="这次训练还没有测量：python -m diffusion evaluate --run checkpoints/…",
        unreadable="无法读取这次训练的 metrics.json；请重新测量：python -m diffusion evaluate --run …",
        epoch="第 {epoch} 回合",
        epochs="训练回合",
        table="以表格查看数字",
        caption="不同种子的平均值 ± 标准差；最后几行是真实精灵图",
    ),
    learn=LEARN,
    hub=HUB,
    site=SITE,
    refusals=RefusalWords(
        host="这台服务器不应答 {host} 这个名字。如果它确实叫这个名字，请这样启动：SPRITES_HOSTS={host}",
        origin="只有这台服务器自己的页面才能这样做，{origin} 的页面不行。如果 {name} 确实是这台服务器的名字，"
        "请这样启动：SPRITES_HOSTS={name}",
        site="只有这台服务器自己的页面才能这样做，别的网站不行",
        size="太大了：一次最多 {mb} MB",
    ),
)
