"""What goes wrong with the Hub, in Chinese: by the English template, with the same placeholders."""

HUB_MESSAGES = {
    "{file} of {repo} came as {count:,} of {size:,} bytes; try again, what is whole is kept": (
        "{repo} 的 {file} 只到了 {count:,} 字节，应为 {size:,} 字节；请再试一次，完整的文件都保留着"
    ),
    "{file} of {repo} was damaged on its way: its checksum is not the listed one; try again": (
        "{repo} 的 {file} 在传输中损坏了：校验和与列出的不符；请再试一次"
    ),
    "{ref} holds no run: it has no files like model_31.safetensors": (
        "{ref} 里没有训练任务：没有 model_31.safetensors 这样的文件"
    ),
    "{name} of {ref} was damaged on its way; try again": "{ref} 的 {name} 在传输中损坏了；请再试一次",
    "{ref} holds no run: it has no config.json": "{ref} 里没有训练任务：没有 config.json",
    "{ref} holds no run that can be opened: {mistake}": "{ref} 里没有能打开的训练任务：{mistake}",
    "{ref} holds pickles (.pth) instead of .safetensors; allow them (--allow-pickle) if you trust "
    "their author: they are then read for their numbers alone": (
        "{ref} 里是 pickle 文件（.pth），不是 .safetensors；信任作者的话可以允许（--allow-pickle）：只会读取其中的数值"
    ),
    "{run} holds another run, not one of {ref}; name a new folder": (
        "{run} 里是另一个训练任务，不是 {ref} 的；请换个名字"
    ),
    "{ref} holds another run than when it was pulled into {run}; name a new folder": (
        "{ref} 现在的训练任务与下载到 {run} 时的不同；请换个名字"
    ),
    "{ref} has newer weights of epoch {numbers}; pull those too, or name a new folder": (
        "{ref} 有第 {numbers} 回合的新权重；请把这些回合也选上，或换个名字"
    ),
    "{ref} cannot be used: {mistake}": "{ref} 不能用：{mistake}",
    "{here} was changed here and is not the one of {ref}; move it away first": (
        "{here} 在这里被改过，与 {ref} 的不同；请先把它移走"
    ),
    "{ref} is public; push to a new name, or make it private on its page first": (
        "{ref} 是公开的；请推送到新的名字，或先在它的页面上设为私有"
    ),
    "a run is pushed to a whole repository such as hf://{repo}, not to {ref}": (
        "训练任务要推送到整个仓库，例如 hf://{repo}，而不是 {ref}"
    ),
    "{run} holds no epochs to push": "{run} 里没有可推送的回合",
    "{run} holds pickles (.pth); make .safetensors of them with the verb convert first": (
        "{run} 里是 pickle 文件（.pth）；请先用 convert 命令转成 .safetensors"
    ),
    "{ref} already holds a run, and not the one of {run}; push to a new name": (
        "{ref} 里已经有训练任务，而且不是 {run} 的；请推送到新的名字"
    ),
    "{ref} has moved on to {there} since {path} met it at {seen}; pull it first, then push again": (
        "{ref} 已更新到 {there}，而 {path} 对应的是 {seen}；请先从 Hub 打开它，再推送"
    ),
    "the Hub cannot read the lines between --- at the top of README.md; mend them and push again": (
        "Hub 读不懂 README.md 开头 --- 之间的几行；请改好后再推送"
    ),
    "in a few minutes": "过几分钟",
    "log in with `hf auth login`, or set HF_TOKEN": "请用 hf auth login 登录，或设置 HF_TOKEN",
    "there is no {name}: the repository has no such branch, tag or commit": (
        "没有 {name}：仓库里没有这个分支、标签或提交"
    ),
    "a file of {name} is gone since it was listed; list it again": ("{name} 的一个文件在列出之后不见了；请重新查看"),
    "the Hub was not asked for {name}: HF_HUB_OFFLINE is set; unset it to go online": (
        "没有向 Hub 请求 {name}：设置了 HF_HUB_OFFLINE；要联网请取消它"
    ),
    "the Hub at {endpoint} has not answered for {seconds} s; try again later": (
        "{endpoint} 的 Hub 已有 {seconds} 秒没有回应；请稍后再试"
    ),
    "what answers at {endpoint} is not the Hub; is there a network whose login page must be opened first?": (
        "{endpoint} 回应的不是 Hub；是不是要先打开所在网络的登录页？"
    ),
    "there is no {name}: nothing on the Hub has such a name": "没有 {name}：Hub 上没有这样的名字",
    "the Hub at {endpoint} cannot be reached through the proxy {proxy} of {variable}; is the proxy there, and "
    "does it let this through?": (
        "无法通过 {variable} 里的代理 {proxy} 连接 {endpoint} 的 Hub；这个代理在运行吗，是否允许这样的请求？"
    ),
    "the proxy {proxy} of {variable} needs one more package: pip install socksio": (
        "{variable} 里的代理 {proxy} 还需要一个软件包：pip install socksio"
    ),
    "the proxy {proxy} of {variable} is of no known kind; it must begin with one of {schemes}": (
        "{variable} 里的代理 {proxy} 不是已知的种类；它必须以其中之一开头：{schemes}"
    ),
    "HF_ENDPOINT is set to nothing; unset it, or set it to https://huggingface.co": (
        "HF_ENDPOINT 被设成了空值；请取消设置，或设为 https://huggingface.co"
    ),
    "HF_ENDPOINT is {endpoint}, and https:// is missing at its beginning; set it to https://{endpoint}": (
        "HF_ENDPOINT 是 {endpoint}，开头缺少 https://；请设为 https://{endpoint}"
    ),
    "HF_ENDPOINT is {endpoint}, which is no address of a Hub; one looks like https://huggingface.co": (
        "HF_ENDPOINT 是 {endpoint}，这不是 Hub 的地址；应当像 https://huggingface.co 这样"
    ),
    "the Hub at {endpoint} sends each request on and on; check HF_ENDPOINT": (
        "{endpoint} 的 Hub 把请求转来转去，没有尽头；请检查 HF_ENDPOINT"
    ),
    "{path} cannot be read or written: {reason}": "{path} 无法读取或写入：{reason}",
    "{ref} has the run, but {run} does not know it: {problem}; from here it cannot be pushed there again": (
        "{ref} 已经有了这个训练任务，但 {run} 没有记下来：{problem}；以后不能再从这里推送到那里"
    ),
    "the Hub at {endpoint} cannot be reached; check the connection and try again": (
        "无法连接 {endpoint} 的 Hub；请检查网络后再试"
    ),
    "the connection to the Hub at {endpoint} broke off; try again": ("与 {endpoint} 的 Hub 的连接断了；请再试一次"),
    "the token may not do that with {name}; use one that may write, or name a repository of your own": (
        "这个令牌无权对 {name} 这样做；请用有写权限的令牌，或写自己的仓库"
    ),
    "the account has no credit left for {name}; add some at {endpoint}/settings/billing": (
        "账户余额不够支付 {name}；请到 {endpoint}/settings/billing 充值"
    ),
    "there is no {name}": "没有 {name}",
    "somebody has changed {name} meanwhile; pull it first, then push again": (
        "其间有人改动了 {name}；请先从 Hub 打开它，再推送"
    ),
    "the Hub asks for a pause, there were too many requests; try again {when}": (
        "请求太多，Hub 要求暂停；请{when}再试"
    ),
    "the Hub has trouble of its own (error {status}); try again later": (
        "Hub 自己出了问题（错误 {status}）；请稍后再试"
    ),
    "the request about {name} failed ({status})": "关于 {name} 的请求失败了（{status}）",
    "in {pause} s": "在 {pause} 秒后",
    "account of the token": "令牌所属的账号",
}
