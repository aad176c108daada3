"""The words of the Checkpoints tab in Chinese."""

from .schema_hub import GpuWords, HubWords, PushNeeds

HUB = HubWords(
    tab="检查点",
    intro=(
        "一个训练任务就是一个文件夹，里面是保留下来的各个训练回合的检查点。下面是这台机器上的训练任务。"
        "也可以从 Hugging Face Hub 打开别人的，或把自己的放上去。"
    ),
    columns=("训练任务", "网络", "回合", "训练数据", "更新次数", "距离", "来源"),
    networks={"sprite-unet": "我们的网络", "context-unet": "教程的网络", "course": "课程的网络"},
    each="{epochs}（每个 {size}）",
    one="第 {epoch} 回合（{size}）",
    built_in="内置精灵图 {count:,} 张",
    pictures="{name}，{count:,} 张图片",
    from_here="这台机器",
    sum="共 {runs} 个训练任务，{size}。距离指最后一个回合与真实精灵图的 Fréchet 距离，越小越好。",
    none_here="这里还没有训练任务：从 Hub 打开一个，或训练一个。",
    # Open
    open_title="### 从 Hub 打开",
    address="Hub 上的训练任务",
    address_hint="hf://用户名/仓库名@版本",
    look="查看",
    asking="正在询问 Hub……",
    found="{ref}，版本 {commit}：{network}，共 {epochs} 个回合",
    listing=("回合", "大小", "损失", "留出集", "距离"),
    is_here="已在这里",
    epochs="要打开的回合",
    epochs_most="最多 {epochs} 个，总共不超过 {mb} MB",
    pickles="我信任它的作者：里面是 pickle 文件（.pth）",
    pickles_info="只读取其中的数值，不会运行里面的代码",
    no_pickles="这台服务器只打开 .safetensors，而这些回合是 pickle 文件（.pth）",
    trust_first="这些回合是 pickle 文件（.pth）；信任作者的话，请先勾选",
    name_here="在这里的名字",
    open="打开",
    look_first="请先查看 Hub 上的一个训练任务",
    choose_first="请先选择要打开的回合",
    progress="{file}：已完成 {done} / {total} MB",
    waiting="正在等待 Hub：{seconds} 秒",
    opened="已经在这里了：{name}，第 {epochs} 回合。",
    watch="去观看",
    stopped="已停止。已经完整到达的文件都保留着；再点“打开”会接着下载。",
    opening={
        "pulling": "{ref} 正在下载。",
        "older": "{ref} 以前下载过，现在用的是那时的版本：{why}",
        "failed": "{ref} 没能打开：{why}",
    },
    # Take along
    take_title="### 把训练任务带走",
    download="下载（.zip）",
    push_to="推送到",
    push_hint="用户名/仓库名",
    private="私有：只有你能看到",
    with_training="连同接着训练所需的状态，体积大几倍",
    push="推送到 Hub",
    sign_in="用 Hugging Face 账号登录",
    sign_out="退出登录（{}）",
    push_needs=PushNeeds(
        token="要推送，请先在这台机器上登录一次：hf auth login，然后点“推送到 Hub”。",
        login="会推送到你自己的账号：请先登录。",
        owner="这台服务器只替它的主人推送。请下载训练任务，或在自己的电脑上运行 python app.py。",
    ),
    choose_run="请先选择一个训练任务",
    drawing="正在画卡片上的图：第 {done} 步，共 {total} 步",
    pushed="已推送到 Hub，共 {files} 个文件：{link}",
    pushed_already="Hub 上已经全都有了：{link}",
    push_stopped="已停止。除非最后的提交已经在进行，否则 Hub 上看不到任何改动。",
    # Train there
    gpu=GpuWords(
        title="在 Hugging Face 的 GPU 上训练",
        intro=(
            "这要花钱：Hugging Face 按分钟从你的账户扣费，账户里要有余额。作业用内置的精灵图训练我们的网络，"
            "并把保留的回合推送到你的仓库。训练完就结束，最迟到你允许的时长为止；在那之前推送的都会保留。"
        ),
        to="推送到哪里",
        hardware="硬件",
        price="{title}：每小时 {dollars:.2f} 美元",
        hours="最多几小时",
        cost="**最多 {most:.2f} 美元**：{hours:g} 小时，每小时 {dollars:.2f} 美元。提前完成会更少。",
        agree="我同意支付这笔费用",
        agree_first="请先勾选：这个作业最多要花 {most:.2f} 美元",
        choose="请先选择硬件",
        start="启动作业",
        cancel="取消作业",
        follow="查看作业进展",
        none="没有从这个浏览器启动过作业",
        started=("作业 {link}，推送到 {repo}。关掉页面不会结束它，结束之前会一直计费：可以回来查看进展，或取消它。"),
        quiet="作业已有 {seconds} 秒没有消息",
        stages={
            "COMPLETED": "作业已完成。",
            "CANCELED": "作业已取消。",
            "ERROR": "作业出错结束。",
            "DELETED": "作业已删除。",
        },
        there="它推送的内容在 {link}；可以在上面打开。",
    ),
)
