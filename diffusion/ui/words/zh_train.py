"""The words of the Train tab in Chinese."""

from .schema_train import TrainWords

TRAIN = TrainWords(
    tab="训练",
    intro=(
        "训练一个你自己的网络。训练在服务器上进行：关掉页面再回来，它还在。"
        "每保存一个回合，它马上就会出现在“观看”“对比”和“单步”里。"
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
        "一个图片文件夹或 .zip、若干图片、精灵图拼图（sprite sheet），或数组："
        "图片 .npy 加标签 .npy，或一个装着两者的 .npz。"
        "子文件夹的名字会成为可以点名要的词（如 slime、hero/knight），标签表和图片旁边的文本文件（knight.txt）也一样"
    ),
    hub="Hub 数据集",
    hub_hint="hf://datasets/user/repo",
    hub_name="数据集要写成 hf://datasets/user/repo 这样",
    look="看看数据",
    data="用来训练的有 {count:,} 张：{kinds}。留出集 {validation:,} 张，不参加训练。",
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
    about="在这台机器上大约需要 {time}",
    measuring="正在测量在这台机器上需要多久……",
    measuring_later="需要多久，要等正在进行的训练结束或暂停后才能测量",
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
    unfinished="没训练完的任务",
    resume="接着训练",
    idle="现在没有正在进行的训练。旁边的设置大约训练一分钟；点“开始训练”。",
    film_hint="每个回合之后，同样的十六张精灵图会出现在这里",
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
    step="第 {step:,} 步，共 {total:,} 步",
    rate="学习率 {lr:.1e}",
    speed="每秒 {speed:,.0f} 张",
    left="还剩 {time}",
    saved="已在第 {step:,} 步保存",
    waiting="排队中：{names}",
    out_of_time="已达到这里允许的最长训练时间",
    not_yours="只有启动 {name} 的人才能这样做；你可以旁观，或者再排一个训练任务",
    not_waiting="你没有正在排队的训练任务",
    run_taken="已经有名为 {name} 的训练任务；请换个名字，或接着训练它",
    nothing_to_resume="请先选一个没训练完的任务",
)
