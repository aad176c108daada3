"""The words of the page without a server in Chinese."""

from .schema_site import SiteWords

SITE: SiteWords = {
    "webgpu": "在此浏览器中计算，使用你的显卡",
    "plain": "在此浏览器中计算，使用你的处理器",
    "slower": "此浏览器没有 WebGPU，改由处理器绘制：较慢，一次最多 12 张精灵图。",
    "failed": "绘制在此中止：{reason}",
    "noscript": "本页用 JavaScript 绘制，请允许运行。",
    "from_disk": "浏览器不会从磁盘运行模块。请用服务器提供此文件夹，"
    "例如 python -m http.server，然后打开它给出的地址。",
    "train_text": "网络小一点、图少一点，一分钟就能看到你自己的网络画出第一批图。这需要完整的应用："
    "在自己的机器上运行 python app.py，打开其中的“训练”标签页。"
    "下面是本页的网络在最初五个回合（第 0 到第 4）之后画出的图，供你比较。",
}
