"""The words of the six mistakes in the Learn tab, in Chinese."""

from .schema_learn import MistakeWords

MISTAKES: dict[str, MistakeWords] = {
    "noising": {
        "name": "噪声太少",
        "text": "训练时，噪声的权重写成了 1 − ᾱ，应为 √(1 − ᾱ)。于是在每个程度上，网络看到的噪声都比这个程度"
        "应有的少；等到采样时，它遇到的噪声比它见过的都多。",
        "measured": "两个网络只有这一点不同。与真实精灵图的距离：有这个错误 {theirs[frechet][mean]:.1f}，"
        "没有 {ours[frechet][mean]:.1f}。两者画得都很粗糙，因为只看过 {sprites:,} 张图；要看的是哪一个更差。",
    },
    "shortcut": {
        "name": "每次重掷的层",
        "text": "第一个残差块给输入留了一条捷径，是一个小卷积；但它在每次前向计算时都用随机数重新生成。"
        "它学不到东西，而且同样的问题每次得到不同的答案。",
        "measured": "同一个问题的两次回答相差 {two_looks:.2f}（噪声本身为 1）。两个网络只有这一点不同，"
        "与真实精灵图的距离：有这个错误 {theirs[frechet][mean]:.1f}，没有 {ours[frechet][mean]:.1f}。"
        "两者画得都很粗糙，因为只看过 {sprites:,} 张图；要看的是哪一个更差。",
    },
    "betas": {
        "name": "多了一级",
        "text": "噪声表有 501 行，程度 0 的 ᾱ 随后被改写成 1。于是第一级含有两步的噪声。这一处没有害处：",
        "measured": "ᾱ 最多差 {abar:.4f}，像素平均差 {difference:.1f}（满值 255）。与真实精灵图的距离："
        "{theirs[frechet][mean]:.2f} 和 {ours[frechet][mean]:.2f}。",
    },
    "ddim": {
        "name": "走到 0 以下",
        "text": "要 DDIM 走 30 步时，循环每次下降 16 级，走到程度 4，再走到 −12。在 Python 里，表的第 −12 行"
        "是从另一头数的第十二行，也就是噪声的那一头。于是最后一步几乎把全部噪声又加了回去。",
        "measured": "30 步时与真实精灵图的距离：有这个错误 {theirs[frechet][mean]:.0f}，没有 "
        "{ours[frechet][mean]:.1f}。25 步能整除 500，同样的循环得到 {good_steps[mean]:.1f}。",
    },
    "stretch": {
        "name": "拉伸的颜色",
        "text": "画图时，每张图的每种颜色都被拉伸到它自己的最暗和最亮。于是颜色会漂移，影片的每一帧"
        "漂移得都不一样，白色也不一定还是白色。",
        "measured": "有这个错误时 {white_theirs:.0%} 的角是白的，没有时 {white_ours:.0%}；像素平均差 "
        "{difference:.0f}（满值 255）。与真实精灵图的距离：有 {theirs[frechet][mean]:.1f}，"
        "没有 {ours[frechet][mean]:.1f}。",
    },
    "split": {
        "name": "泄漏的测试集",
        "text": "图片被随机分成训练集和测试集，可是其中许多图是相同的。于是测试考的是背下来的东西。"
        "上排是这种测试集里的图，下排是我们的测试图，它们的形状没有参加训练。"
        "（图片大小也被固定为 16；我们的可以是 4 的任意倍数。）",
        "measured": "按这种分法，我们的图里有 {theirs[twins]:.0%} 的测试图也在训练集里；按我们的分法是 "
        "{ours[twins]:.0%}。同一个网络预测噪声的误差：在前者上 {theirs[error]:.3f}，在后者上 {ours[error]:.3f}。",
    },
}
