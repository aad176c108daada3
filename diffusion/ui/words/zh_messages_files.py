"""What the engine says of files of pictures, in Chinese: by the English template."""

FILE_MESSAGES = {
    "{source} is no data set; name a .npy file, a folder of pictures or a .zip of them": (
        "{source} 不是数据集；请给出 .npy 文件、图片文件夹，或装着图片的 .zip"
    ),
    "{source} does not exist; name builtin, a .npy file, a folder, a .zip or hf://datasets/user/repo": (
        "{source} 不存在；请写 builtin、.npy 文件、文件夹、.zip 或 hf://datasets/user/repo"
    ),
    "{name} holds more than {files:,} pictures": "{name} 里的图片超过 {files:,} 张",
    "the pictures of {name} are {size}; at most {side} x {side}": ("{name} 里的图片是 {size}；最大为 {side} x {side}"),
    "the labels of {name} must be numbers from 0 to 1": "{name} 的标签须是 0 到 1 之间的数",
    "builtin draws 1 to {max_drawn:,} sprites, not {count:,}": (
        "内置数据能画 1 到 {max_drawn:,} 张精灵图，不能是 {count:,} 张"
    ),
    "{file} of {name} has {size:,} bytes; at most {max_bytes:,} are taken": (
        "{name} 的 {file} 有 {size:,} 字节；最多接受 {max_bytes:,} 字节"
    ),
    "{path} does not exist": "{path} 不存在",
    "{path} has more than {bytes}": "{path} 超过 {bytes}",
    "{name} holds no pictures ({suffixes}) and no .npy of pictures; a .zip inside it is not opened, "
    "nor a .npz inside a .zip": (
        "{name} 里没有图片（{suffixes}），也没有图片 .npy；其中的 .zip 不会打开，.zip 里的 .npz 也不会"
    ),
    "{name} holds more than {files:,} files": "{name} 里的文件超过 {files:,} 个",
    "{what} is no picture of a kind that is read here ({suffixes})": "{what} 不是这里能读取的图片格式（{suffixes}）",
    "{what} could not be opened: {problem}": "{what} 打不开：{problem}",
    "{what} cannot be unpacked: the .zip is damaged there": "{what} 无法解压：.zip 在这里损坏了",
    "{what} is {width} x {height}; at least {side} x {side}": "{what} 是 {width} x {height}；最小为 {side} x {side}",
    "{what} seems to be a sheet of tiles of {width} x {height}, which are not square; cut it into squares, or "
    "set the tile size, to 0 for no cutting": (
        "{what} 像是由 {width} x {height} 的格子拼成的，格子不是正方形；请切成正方形，或设置每格边长，0 表示不切分"
    ),
    "{name} holds nothing to train on: {problems}": "{name} 里没有可以用来训练的图片：{problems}",
    "reading {name} takes longer than {seconds:g} seconds; use fewer pictures, or smaller ones": (
        "读取 {name} 超过了 {seconds:g} 秒；请减少图片，或换小一点的"
    ),
    "all {count:,} pictures of {name} are equal once they are {size} x {size}, so there is nothing to learn": (
        "{name} 的 {count:,} 张图片缩成 {size} x {size} 之后全都一样，没有什么可学的"
    ),
    "{count:,} of {total:,} pictures are equal": "{total:,} 张图片里有 {count:,} 张完全相同",
    "{count:,} of {total:,} pictures lie on black: white on a clear ground would vanish on white": (
        "{total:,} 张图片里有 {count:,} 张放在黑底上：透明底上的白色图案在白底上会看不见"
    ),
    "files not used: {count:,} ({problems})": "有 {count:,} 个文件没有使用（{problems}）",
    "{files}: every frame is a picture, {count:,} in all": "{files}：每一帧都当作一张图片，共 {count:,} 张",
    "{file}: cut into {count:,} tiles of {tile} x {tile} pixels ({gap} between them); "
    "if that is wrong, set the tile size": (
        "{file}：已切成 {count:,} 格，每格 {tile} x {tile} 像素（间隔 {gap}）；如果切错了，请设置每格边长"
    ),
    "{file}: {count:,} empty tiles are left out": "{file}：去掉了 {count:,} 个空格",
    "{file}: {right} pixels at the right and {below} at the bottom belong to no tile and are left out": (
        "{file}：右边 {right} 像素和下边 {below} 像素凑不成一格，没有使用"
    ),
    "{count:,} more files: cut into {tiles:,} tiles in all": "另有 {count:,} 个文件，共切成 {tiles:,} 格",
    "{files}: each taken whole, as one sprite, and reduced to {size} x {size}; if these are sheets, set the "
    "tile size": ("{files}：每张都当作一个完整的精灵图，缩小到 {size} x {size}；如果是拼图，请设置每格边长"),
    "{files}: pixel art enlarged by a factor that is not whole; its own size was guessed": (
        "{files}：放大倍数不是整数的像素画；原来的大小是推测的"
    ),
    "{names} and {count:,} more": "{names} 等（另有 {count:,} 个）",
    "each of {files}": "{files} 各自",
    "{one}; {other}": "{one}；{other}",
    "{one}; …": "{one}；……",
    "the tile size must be from 4 to 1024 pixels, or 0 for no cutting, not {value!r}": (
        "每格边长须是 4 到 1024 像素，或 0（不切分），而不是 {value!r}"
    ),
    "the gap between tiles must be from 0 to 64 pixels, not {value!r}": (
        "格与格的间隔须是 0 到 64 像素，而不是 {value!r}"
    ),
    "tile size": "每格边长",
    "gap between tiles": "格与格的间隔",
    "{what} is {width} x {height}; at most {side} x {side}": ("{what} 是 {width} x {height}；最大为 {side} x {side}"),
    "the pictures in {name} take more than {unpacked}; make them smaller": (
        "{name} 里的图片展开后超过 {unpacked}；请缩小图片"
    ),
    "{what} is locked with a password; make the .zip without one": "{what} 有密码；请不设密码重新打包 .zip",
    "{what} is a link; put the picture itself into the .zip": "{what} 是链接；请把图片本身放进 .zip",
    "{what} is packed in an unusual way; make the .zip with the usual one, deflate": (
        "{what} 的压缩方式不常见；请用常见的 deflate 方式重新打包 .zip"
    ),
    "{what} is too large for a sprite": "{what} 太大，不像精灵图",
    "{path} unpacks to more than {unpacked}; upload fewer pictures": (
        "{path} 解压后超过 {unpacked}；请少上传一些图片"
    ),
    "upload one .zip, one .npy or .npz of pictures with at most one .npy of labels, or pictures, not {found}": (
        "请上传一个 .zip、一个图片 .npy 或 .npz（标签 .npy 最多一个），或若干图片，而不是 {found}"
    ),
    "upload a .zip of pictures, pictures ({suffixes}), a .npz, or one or two .npy arrays": (
        "请上传一个图片 .zip、若干图片（{suffixes}）、一个 .npz，或一到两个 .npy 数组"
    ),
    "that is more than {bytes}; upload fewer pictures, or smaller ones": (
        "总共超过了 {bytes}；请少上传一些图片，或换小一点的"
    ),
}
