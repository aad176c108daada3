"""The words of the Learn tab in Chinese."""

from .schema_learn import LearnWords
from .zh_mistakes import MISTAKES
from .zh_symbols import SYMBOLS

LEARN: LearnWords = {
    "tab": "学习",
    "epoch_number": "第 {epoch} 回合",
    "bar": "课程的各个步骤",
    "back": "上一步",
    "next": "下一步",
    "play": "播放",
    "pause": "暂停",
    "play_hint": "替你演示这一步（空格键）",
    "present": "投影",
    "present_end": "退出投影（Esc）",
    "where": "第 {n} 步，共 {of} 步：{name}",
    "extra": "课外：{name}",
    "done": "已完成",
    "finished": "八步都完成了。",
    "do": "自己动手",
    "source": "本项目的源代码：{file}，第 {line} 行",
    "code_theirs": "课程的写法，重现于 {file}，第 {line} 行",
    "code_ours": "我们的写法：{file}，第 {line} 行",
    "watch": "到“观看”标签页里试试",
    "compare": "到“对比”标签页里试试",
    "one_step": "到“单步”标签页里自己画一张",
    "train_tab": "打开“训练”标签页",
    "tutorial": "和教程一样：并排看第 0、4、24、31 回合",
    "working": "网络正在计算……",
    "offline": "服务器没有回应",
    "no_run": "这里还没有训练好的网络；请先在“训练”标签页里训练一个",
    "busy": "服务器正忙；请过一分钟再试",
    "odd_question": "页面请求的内容这里没有；请刷新页面",
    "no_reel": "没有找到预先做好的影片",
    "steps": {
        "film": {
            "name": "噪声变成精灵图",
            "title": "采样：从噪声里走出精灵图",
            "text": "这 32 张图一开始都是纯噪声：每个像素的颜色都是随机的。一个小神经网络看一眼，说出其中哪些是噪声；"
            "我们去掉其中的一点点，再让它看一眼。如此重复 500 次，就叫采样。",
            "moves": [
                "按 {play}，看一遍。",
                "拖动滑块：最早在什么时候，你能看出它会变成什么？",
                "切换到“网络在噪声背后看到的图”。",
            ],
        },
        "noise": {
            "name": "用噪声淹没它",
            "title": "加噪：用噪声淹没一张精灵图",
            "text": "要让网络学会去噪，先得有人把噪声加进去。程度 0 是干净的精灵图；程度每升一级，图就少一点，"
            "噪声就多一点。而且不必一级一级来，任何程度都能一步到位：两个权重，一次相加。",
            "moves": [
                "选一张精灵图。",
                "把噪声程度拖到 500：到哪里你就认不出它了？",
                "换一份噪声：图变了，配方没变。",
            ],
        },
        "ask": {
            "name": "让网络找出噪声",
            "title": "让网络找出噪声，再减掉它",
            "text": "网络只得到带噪声的图和噪声程度（时间步），别的什么也不知道。它回答的是预测的噪声。"
            "把它减掉，剩下的就是网络心目中的精灵图。这些形状它从没见过：训练时特意留了出来。",
            "moves": ["问网络：噪声在哪里？", "把它减掉。", "拖动噪声程度：从哪里开始，它在凭空想象？"],
        },
        "leaps": {
            "name": "一大步还是许多小步",
            "title": "采样：一大步，还是许多小步",
            "text": "在程度 500，精灵图几乎什么也没剩下，网络一次只能猜出所有可能的“平均”：轮廓模糊，颜色过浓。"
            "所以每次只相信它一点点，然后再问一次。一小步一小步地走，它才渐渐拿定主意。",
            "moves": [
                "按 {play}：左边是一大步，右边是许多小步。",
                "换一个步数。",
                "试三个步数：你能满意的最少是几步？",
            ],
        },
        "fresh": {
            "name": "不加回噪声",
            "title": "采样：为什么要把噪声加回去",
            "text": "这个方法叫 DDPM：每走一步，都会再加进一点新的噪声 z。看起来很浪费。但网络被告知了噪声程度，"
            "它预期图里就有那么多噪声。没有 z，噪声就不够，它便把细节也当成噪声擦掉："
            "出来的图光滑、发褐，一张像一张。",
            "moves": ["去掉 z。", "拖动时刻：两组图从什么时候开始分道扬镳？", "换一份噪声：结果总是这样吗？"],
        },
        "epochs": {
            "name": "从第 0 到第 31 回合",
            "title": "训练：它是怎样学会的",
            "text": "给它看一张带噪声的精灵图，让它猜噪声，与真实的噪声比较，再把它的 {parameters}个数各调一点点，"
            "好让下次猜得更准。训练一轮叫一个回合，第一轮是第 0 回合。"
            "下面是每个回合之后，它用同样的噪声画出的图。",
            "more": "它的每个回合有 {sprites} 张图。",
            "moves": [
                "从第 0 回合滑到第 31 回合。",
                "从哪个回合起，你第一次相信那是一张脸？",
                "对比第 24 和第 31 回合：你分得出来吗？",
            ],
        },
        "blend": {
            "name": "点名要图",
            "title": "点名要图：一半这个，一半那个",
            "text": "训练时，网络被告知每张图里有什么（偶尔什么也不告诉它），所以我们可以点名要图。"
            "它认识 {words} 个词，每个词在一串数里占一个位置，这串数就是上下文。"
            "两串数之间还有余地，可以要它从没见过的：一半这个，一半那个。",
            "moves": [
                "从一头滑到另一头。",
                "停在中间：那是什么？",
                "换一份噪声。",
                "换个愿望：自己输入，或选下面的一对。",
            ],
        },
        "train": {
            "name": "自己训练一个",
            "title": "训练：轮到你了",
            "text": "网络小一点、图少一点，一分钟就能看到你自己的网络画出第一批图；“训练”标签页一开始就是这样设置的。"
            "下面是随附的网络在最初五个回合（第 0 到第 4）之后画出的图，供你比较。",
            "moves": ["从第 0 回合滑到第 4 回合。", "打开“训练”标签页，按“开始训练”。"],
        },
        "mistakes": {
            "name": "六个错误",
            "title": "已发布代码里的六个错误",
            "text": "课程的代码（教程沿用了它）能运行，也能画出精灵图，但有六处是错的。"
            "下面是每一处对图片的影响，与没有这个错误时对照。",
            "moves": [],
        },
    },
    "questions": {
        "tutorial": [
            "名叫 tutorial 的训练任务是什么？",
            "它是课程和教程里的那个网络，只修好了一个写错的层，并按它们的方法训练。点“和教程一样”会打开“对比”标签页："
            "用这个网络画 32 张图，DDPM 采样 500 步，第 0、4、24、31 回合。画完要几分钟。",
        ],
        "embeddings": [
            "噪声程度和词语怎样进入网络？",
            "以嵌入的形式。几个小层把噪声程度变成时间嵌入，另几个小层把愿望（第 7 步）变成上下文嵌入；"
            "U-Net 的各个块按这两个嵌入缩放并平移自己的特征。",
        ],
        "every": [
            "为什么不保存每一个回合？",
            "相邻两个回合画得几乎一样，而每保存一次就是一个 {megabytes} MB 的文件。保存第一个、最后一个，"
            "中间每 {every} 个存一个，就足以看清它是怎样学会的。自己训练时，可以选择保存多少个。",
        ],
    },
    "pairs": [["英雄", "食物"], ["幽灵", "蘑菇"], ["巫师", "骷髅"], ["蓝色的龙", "红色的鱼"], ["剑", "花"]],
    "knobs": {
        "at": "时刻",
        "t": "噪声程度 t",
        "view": "显示",
        "view_x": "带噪声的图 xₜ",
        "view_x0": "网络在噪声背后看到的图 x̂₀",
        "sprite": "精灵图",
        "roll": "换一份噪声",
        "epoch": "训练回合",
        "ask": "问出噪声",
        "subtract": "减掉它",
        "n": "步数",
        "leave": "去掉 z",
        "put": "加回 z",
        "wish_from": "左端要的图",
        "wish_to": "右端要的图",
        "blend": "从一个愿望到另一个",
        "pairs": "或者：",
        "hero": "英雄",
        "food": "食物",
        "mistake": "错误",
        "adamw": "AdamW",
    },
    "pictures": {
        "sheet": "噪声程度 {t} 的 32 张精灵图",
        "clean": "精灵图",
        "noise": "噪声",
        "mixture": "带噪声的图",
        "guess": "预测的噪声",
        "behind": "剩下的图",
        "truth": "真实的图",
        "leap": "一大步",
        "many": "{n} 步",
        "with_z": "有 z",
        "without_z": "没有 z",
        "epoch": "第 {n} 回合",
        "blend": "{one}% 的{from}，{other}% 的{to}",
        "theirs": "有这个错误",
        "ours": "没有这个错误",
    },
    "readings": {
        "level": "噪声程度 {t} / 500",
        "finished": "完成",
        "noise_error": "预测的噪声偏差为 {error}（0 是完全正确，1 是毫无头绪）",
        "not_asked": "还没有问",
        "distance": "第 {epoch} 回合之后，与真实精灵图的距离（越小越好）：{mean} ± {spread}；真实的图：{real}",
        "leaps": "与真实精灵图的距离（越小越好）：一大步 {one}，{n} 步 {many}",
        "leaps_many": "{n} 步时与真实精灵图的距离（越小越好）：{many}",
        "fresh": "与真实精灵图的距离（越小越好）：有 z 时 {ours}，没有 z 时 {theirs}",
        "drawing": "{label}：正在画……",
        "seen": "已看过 {sprites} 张图，训练了约 {minutes} 分钟",
    },
    "symbols": SYMBOLS,
    "cites": {
        "film": "Ho、Jain、Abbeel 2020，算法 2",
        "noise": "Ho、Jain、Abbeel 2020，公式 4",
        "ask": "Ho、Jain、Abbeel 2020，公式 15",
        "leaps": "Ho、Jain、Abbeel 2020，算法 2，步幅任意",
        "fresh": "Ho、Jain、Abbeel 2020，3.2 节：z 的幅度可以选择",
        "epochs": "Ho、Jain、Abbeel 2020，公式 14",
        "blend": "Ho、Salimans 2022：无分类器引导",
        "train": "Ho、Jain、Abbeel 2020，算法 1",
    },
    "sources": {
        "ddpm": "DDPM 论文：Ho、Jain、Abbeel 2020，Denoising Diffusion Probabilistic Models",
        "ddim": "DDIM 论文：Song、Meng、Ermon 2021，Denoising Diffusion Implicit Models",
        "improved": "改进的 DDPM：Nichol、Dhariwal 2021，Improved DDPM",
        "guidance": "无分类器引导：Ho、Salimans 2022，Classifier-Free Diffusion Guidance",
        "film": "时间嵌入与上下文嵌入怎样进入我们的网络：Perez 等 2018（FiLM）",
        "distance": "图片集合之间的距离：Heusel 等 2017",
        "course": "课程：How Diffusion Models Work",
    },
    "mistakes": MISTAKES,
}
