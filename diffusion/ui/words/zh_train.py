"""The words of the Train tab in Chinese."""

from .schema_train import TrainWords

TRAIN = TrainWords(
    tab="训练",
    intro=(
        "训练一个你自己的网络：可以从零开始；如果你有几十张自己的图，也可以从已经会画的网络接着学。"
        "训练在服务器上进行：关掉页面再回来，它还在。"
    ),
    off="这台服务器关闭了训练；想训练请在自己的电脑上运行 python app.py",
    kept=(
        "这是一台共用的服务器：每位访客只保留最新的 {each} 个训练任务，所有访客一共保留 {runs} 个。"
        "新任务开始时，更早的会被删除；想留下的请先下载。"
    ),
    name="训练任务的名字",
    source="用什么训练",
    sources={"builtin": "内置的精灵图", "upload": "我的图片", "hub": "Hub 上的数据集"},
    count="图片数量",
    count_info="不超过 10,000 张：每个回合都一样，只标类别。更多：每个回合都是新图，并标上文字",
    files="文件",
    files_info=(
        "有四十张左右就够了。把文件夹、图片、精灵图拼图（sprite sheet）、GIF 或 .zip 拖到这里任意位置；"
        "也可以用数组（图片 .npy 加标签 .npy，或一个装着两者的 .npz）。"
        "子文件夹的名字会成为可以点名要的词（如 slime、hero/knight），标签表和图片旁边的文本文件（knight.txt）也一样"
    ),
    hub="Hub 数据集",
    hub_hint="hf://datasets/user/repo",
    hub_name="数据集要写成 hf://datasets/user/repo 这样",
    look="看看数据",
    data="用来学习的有 {count:,} 张：{kinds}。另外留出 {validation:,} 张不参加训练，用来检验它对没见过的图怎么样。",
    data_all=(
        "{count:,} 张全部用来学习：{kinds}。不同的图达到 {least} 张时，"
        "每 {share} 张会留出一张，用来检验它对没见过的图怎么样。"
    ),
    no_words="都没有标词",
    no_label="没有标签",
    more_words="另外还有 {count:,} 个词",
    data_picture="用来训练的一部分精灵图",
    tile="拼图里每格的边长",
    tile_info="单位是像素；留空则自动识别；0 表示不切分",
    gap="格与格的间隔",
    gap_info="单位是像素；留空则自动识别",
    start_from="从哪里开始",
    from_nothing="随机权重",
    more="更多设置",
    width="网络",
    widths={32: "小，学得快", 64: "和自带的训练一样大"},
    context="告诉网络每张图的词（上下文）",
    context_info="关掉后它什么都画，但不能指定画哪一类、哪个词",
    settings={
        "updates": ("训练多久", "以更新次数计：每看完一批图，网络就改动一点"),
        "keep": (
            "保留几个回合",
            "以后可以拿来对比的时刻数。相邻两个回合画得几乎一样，而每保存一次就多一个文件，所以不必回合回合都留；第一个和最后一个总会保留",
        ),
    },
    length="更新 {updates:,} 次：{pictures:,} 张图各看 {epochs:,} 遍。",
    about="在这台机器上大约需要 {time}。",
    measuring="正在测量在这台机器上需要多久……",
    measuring_later="需要多久，要等正在进行的训练结束或暂停后才能测量。",
    start="开始训练",
    acts={
        "pause": "暂停",
        "go_on": "继续",
        "next_epoch": "再训练一个回合",
        "save_now": "立即保存",
        "stop": "停止",
        "leave": "退出排队",
        "pack": "下载（.zip）",
    },
    watch="看它画图",
    compare="对比它的各个回合",
    measure="测量它的质量",
    yours="你的图：{count:,} 张中的 {shown} 张",
    drawn="第 {epoch} 个回合之后画的",
    yours_one="你的图中最接近的一张",
    drawn_one="画出来的",
    nearest="为每一张找出你的图中最接近的",
    nearest_said=(
        "几乎就是你的某一张的：{count} 张中有 {copies} 张。其中一半与你的图中最接近的一张相差 {distance:.0f} 或更多；"
        "你自己的两张图之间相差 {own:.0f}（每个像素的平均差，最大 255）。"
    ),
    no_originals="这次训练没有你自己的图可以对照，或者还什么都没画",
    unfinished="没训练完的任务",
    resume="接着训练",
    idle="现在没有正在进行的训练。选好用什么训练，再点“开始训练”。",
    film_hint="你的会出现在这里：同样的十六张精灵图，边学边画，一遍又一遍",
    example="这是以前做的一次一分钟的训练",
    states={
        "starting": "正在启动",
        "running": "正在训练",
        "paused": "已暂停",
        "stopping": "正在保存并停止",
        "stopped": "已停止，可以接着训练",
        "finished": "已完成",
        "failed": "出错了",
    },
    epoch="第 {epoch} 个回合，共 {epochs} 个",
    step="第 {step:,} 次更新，共 {total:,} 次",
    rate="学习率 {lr:.1e}",
    speed="每秒 {speed:,.0f} 张",
    left="还剩 {time}",
    saved="已在第 {step:,} 次更新后保存",
    waiting="排队中：{names}",
    out_of_time="已达到这里允许的最长训练时间",
    not_yours="只有启动 {name} 的人才能这样做；你可以旁观，或者再排一个训练任务",
    not_waiting="你没有正在排队的训练任务",
    run_taken="已经有名为 {name} 的训练任务；请换个名字，或接着训练它",
    nothing_to_resume="请先选一个没训练完的任务",
)
