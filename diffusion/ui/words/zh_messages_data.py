"""What the engine says of training data, labels and longer runs, in Chinese: by the English template."""

DATA_MESSAGES = {
    "--labels goes with a .npy of pictures, not with {source}; leave it out": (
        "--labels 要和图片 .npy 一起用，不能用于 {source}；请去掉它"
    ),
    "only {different} of {count:,} pictures are different": "{count:,} 张图片里只有 {different} 张互不相同",
    # arrays
    "{name} must be pictures (N, height, width, 3) of numbers from 0 to 255, not {dtype} {shape}": (
        "{name} 须是图片 (N, H, W, 3)，数值在 0 到 255 之间，而不是 {dtype} {shape}"
    ),
    "{name} is one picture, {shape}; save it as .png, or give it a first axis for the number of pictures": (
        "{name} 只是一张图片，{shape}；请存成 .png，或在最前面加一个表示图片数的轴"
    ),
    "{name} {shape} may be {count} grey pictures or one; give it a last axis of 1, or a first one": (
        "{name} {shape} 可能是 {count} 张灰度图，也可能是一张图；请在最后或最前面加一个长度为 1 的轴"
    ),
    "{name} {shape} may have its channels first or last; save it as (N, {size}, {size}, 3)": (
        "看不出 {name} {shape} 的通道在前还是在后；请存成 (N, {size}, {size}, 3)"
    ),
    "{name} {shape} has no axis of 1, 3 or 4 channels; save it as (N, {size}, {size}, 3)": (
        "{name} {shape} 没有长度为 1、3 或 4 的通道轴；请存成 (N, {size}, {size}, 3)"
    ),
    "{name} holds {wrong:,} numbers that are not finite (NaN, inf)": (
        "{name} 里有 {wrong:,} 个不是有限数的值（NaN、inf）"
    ),
    "the numbers of {name} go from {low:.4g} to {high:.4g}, which is none of 0..255, 0..1 and -1..1; "
    "save them as uint8": ("{name} 的数值从 {low:.4g} 到 {high:.4g}，不是 0..255、0..1 或 -1..1；请存成 uint8"),
    "the numbers of {name} ({dtype}) are read as {range}": "{name} 的数值（{dtype}）按 {range} 读取",
    "the pictures of {name} are true and false: black and white": "{name} 的图片是真和假：当作黑白两色",
    "the pictures of {name} are grey": "{name} 里是灰度图",
    "the transparency of {name} was put on white": "{name} 的透明部分放在了白底上",
    "the pictures of {name} are {size} and were resized to {side} x {side}": (
        "{name} 里的图片是 {size}，已缩放到 {side} x {side}"
    ),
    "{name} has its channels first: {shape} is read as pictures {size}": (
        "{name} 的通道在前：{shape} 按 {size} 的图片读取"
    ),
    "{name} came without labels: the run will know no words": "{name} 没有标签：训练出来的网络不认识任何词",
    "{name} has labels of its own; leave --labels out": "{name} 自己带有标签；请去掉 --labels",
    "{name} holds the arrays {arrays}; keep one of pictures, and one of labels at most": (
        "{name} 里有这些数组：{arrays}；请只留一个图片数组，标签数组最多一个"
    ),
    "{name} holds the arrays {arrays}; keep the one of labels": "{name} 里有这些数组：{arrays}；请只留标签那一个",
    "{path} is not a .npz of arrays": "{path} 不是装着数组的 .npz",
    "one of two arrays must be pictures, {wanted}, not {one} and {other}": (
        "两个数组中须有一个是图片，即 {wanted}，而不是 {one} 和 {other}"
    ),
    # labels
    "the labels of {name} must be names or numbers ({count},), or ({count}, K) from 0 to 1 with K from 2 to {most:,}, "
    "not {dtype} {shape}": (
        "{name} 的标签须是名字或编号 ({count},)，或 0 到 1 之间的 ({count}, K)（K 从 2 到 {most:,}），"
        "而不是 {dtype} {shape}"
    ),
    "the labels of {name} must be whole numbers from 0 on, or (N, K) from 0 to 1": (
        "{name} 的标签须是从 0 开始的整数，或 0 到 1 之间的 (N, K)"
    ),
    "the labels of {name} are the numbers 1 to {last}: the kinds ({kinds}), or classes of your own? "
    "Save their names, or count the kinds from 0": (
        "{name} 的标签是数字 1 到 {last}：是这些类别（{kinds}），还是你自己的分类？"
        "请存成名字；如果是类别，请从 0 开始编号"
    ),
    "the labels of {name} are numbers of kinds: {meaning}": "{name} 的标签是类别编号：{meaning}",
    "the labels of {name} have no names: they are called {first} to {last}": (
        "{name} 的标签没有名字：就叫 {first} 到 {last}"
    ),
    "{count:,} of {total:,} labels of {name} have no word": "{name} 的 {total:,} 个标签中有 {count:,} 个没有词",
    "taken as words ({count:,}): {words}": "当作词的有 {count:,} 个：{words}",
    "only the {most:,} most frequent words are kept; left out: {count:,} ({words})": (
        "只保留最常见的 {most:,} 个词；没有用的有 {count:,} 个（{words}）"
    ),
    "no words, since all pictures lie in them: {folders}": "所有图片都在这些文件夹里，所以不当作词：{folders}",
    "no words, without a letter or digit or longer than {most} characters: {folders}": (
        "这些文件夹的名字没有字母或数字，或者超过 {most} 个字符，所以不当作词：{folders}"
    ),
    "{tables} was not used: labels are read from a column file_name and a column label or caption": (
        "没有用 {tables}：标签须有一列 file_name 和一列 label 或 caption"
    ),
    "{count:,} sentences were read as words of the built-in sprites: {texts}": (
        "有 {count:,} 句话读成了内置精灵图的词：{texts}"
    ),
    "{count:,} sentences have no word of the built-in sprites; each is one word itself: {texts}": (
        "有 {count:,} 句话里没有内置精灵图的词，每句整个当作一个词：{texts}"
    ),
    "{count:,} sentences without commas are longer than {most} characters and were left out: {texts}": (
        "有 {count:,} 句话没有逗号，又超过 {most} 个字符，没有用：{texts}"
    ),
    "the table of labels names none of the pictures and was not used": "标签表里没有提到任何一张图片，所以没有用",
    "{count:,} of {total:,} pictures have words from the table beside them": (
        "{total:,} 张图片中有 {count:,} 张的词来自旁边的标签表"
    ),
    "{count:,} of {total:,} pictures have words from the text file beside them": (
        "{total:,} 张图片中有 {count:,} 张的词来自旁边的文本文件"
    ),
    "folders taken as kinds: {taken}": "当作类别的文件夹：{taken}",
    "{count:,} of {total:,} pictures have no label; the name of their folder, a table or a text file beside them "
    "would give them one": (
        "{total:,} 张图片中有 {count:,} 张没有标签；文件夹的名字、标签表或旁边的文本文件都能给出标签"
    ),
    "this run was trained without labels and knows no kind; ask it for anything, without a kind": (
        "这个训练任务没有用标签，不认识任何类别；请不指定类别，让它随便画"
    ),
    "this run was trained without {unknown}; it knows {known}": (
        "这个训练任务的数据里没有 {unknown}；它认识的是 {known}"
    ),
    # folders, .zip, the Hub
    "links that lead nowhere, or to a folder that is read anyway: {links}": (
        "这些链接没有目标，或指向本来就会读的文件夹：{links}"
    ),
    "from {name} only {used} was read; {count:,} other files were left out": (
        "{name} 里用的是 {used}，另外 {count:,} 个文件没有用"
    ),
    "{name} holds pictures and arrays: {arrays} not used": "{name} 里既有图片又有数组：没有用 {arrays}",
    "{name} must hold one .npy of pictures and at most one of labels, or one .zip of pictures, or pictures alone": (
        "{name} 里须有一个图片 .npy，标签 .npy 最多一个；或者有一个图片 .zip；或者只有图片"
    ),
    "{name} holds its pictures as Parquet, which is not read here; "
    "save them as one .zip of pictures or one .npy, and name that file": (
        "{name} 里的图片存成了 Parquet，这里不读；请把它们存成一个图片 .zip 或一个 .npy，再用那个文件"
    ),
    "{name} holds {count:,} single pictures; at most {most:,} are fetched one by one: put them into one .zip": (
        "{name} 里有 {count:,} 张单独的图片；逐张下载的最多 {most:,} 张：请打包成一个 .zip"
    ),
    "{count:,} pictures": "{count:,} 张图片",
    # longer runs
    "{path} is finished: it has all {epochs} epochs; to train it further, resume it with more --epochs": (
        "{path} 已经训练完：{epochs} 个回合都有了；要接着训练，请用更大的 --epochs 继续"
    ),
    "{path} was begun for {planned} epochs; it can be resumed for as many or more, not for {epochs}": (
        "{path} 开始时定为 {planned} 个回合；继续时可以一样多或更多，不能是 {epochs} 个"
    ),
    "{path} was begun for {planned} epochs and goes on to {epochs}: "
    "from here the learning rate is that of a run of {epochs}": (
        "{path} 开始时定为 {planned} 个回合，现在训练到 {epochs} 个：从这里起，学习率按共 {epochs} 个回合来算"
    ),
    "it goes on from the averaged weights of epoch {epoch}, with a new optimizer": (
        "从第 {epoch} 回合的平均权重接着训练，优化器重新开始"
    ),
    "{path} cannot be resumed: its plan.json has {settings}, which this version does not know; "
    "resume it with the version that began it": (
        "{path} 无法继续：它的 plan.json 里有本版本不认识的 {settings}；请用开始它的那个版本继续"
    ),
    "{path} has no epoch left to go on from": "{path} 里没有能接着训练的回合了",
    "a vocabulary has 1 to {groups} groups and 1 to {names:,} names": (
        "词汇表要有 1 到 {groups} 组、1 到 {names:,} 个名称"
    ),
    "a vocabulary is an object of lists of names": "词汇表应是一个对象，其中每一项是名称的列表",
    "{name!r} is no name for a vocabulary: 1 to {max_name} visible characters, no space at its ends": (
        "{name!r} 不能作为词汇表里的名称：应为 1 到 {max_name} 个可见字符，首尾不能有空格"
    ),
    "{name} stands twice in the vocabulary": "{name} 在词汇表里出现了两次",
    "it knows no {name!r}; the nearest: {nearest}": "它不认识 {name!r}；最接近的有：{nearest}",
    "the weight of {name} must be 0 to 1, not {weight}": "{name} 的权重必须在 0 到 1 之间，而不是 {weight}",
    "there is no {network} of the variant {variant}": "没有变体为 {variant} 的 {network}",
    "{what} must be lists of names, not {entries!r}": "{what} 须是名称的列表，而不是 {entries!r}",
    "{name} must be text, not {value!r}": "{name}须是文字，而不是 {value!r}",
    "this run knows no kinds; ask it in words: {names}": "这个训练任务没有类别；请用词语来要：{names}",
    "this run was trained without words; leave the prompt out": "这个训练任务没有学过词语；请不写提示词",
    "{shape} cannot be {colour}; it can be {colours}": "{shape} 不能是 {colour}；可以是：{colours}",
    "this run does not understand {words}; the nearest that it knows: {nearest}": (
        "这个训练任务听不懂 {words}；它认识的词里最接近的有：{nearest}"
    ),
    "this run was trained without {words}; the nearest that it knows: {nearest}": (
        "这个训练任务没有学过 {words}；它认识的词里最接近的有：{nearest}"
    ),
    "a prompt has at most {max_prompt} characters, not {count:,}": (
        "提示词最多 {max_prompt} 个字符，现在有 {count:,} 个"
    ),
}
