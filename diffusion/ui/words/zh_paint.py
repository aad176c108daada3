"""The words of the tabs Paint and One step in Chinese."""

from .schema_paint import EditorWords, OneStepWords, PaintWords

EDITOR: EditorWords = {
    "editor": "像素画板，16 × 16：方向键移动，空格键上色",
    "cell": "第 {column} 列第 {row} 行：{colour}",
    "tools_name": "工具",
    "tools": {"pencil": "铅笔（P）", "eraser": "橡皮（E）", "fill": "填充（F）", "pick": "吸管（I）"},
    "size": "粗画笔",
    "undo": "撤销（Ctrl+Z）",
    "redo": "重做（Ctrl+Y）",
    "clear": "清空",
    "colour": "颜色",
    "any_colour": "其他颜色",
    "materials": {
        "grey": "黑白灰",
        "skin": "皮肤",
        "hair": "头发",
        "cloth": "布料",
        "metal": "金属",
        "wood": "木头",
        "leather": "皮革",
        "leaf": "叶子",
        "glow": "光芒",
    },
    "offline": "服务器没有回应",
    "unreadable": "这个文件不是浏览器能读取的图片",
    "share": "复制链接",
    "copied": "链接已复制：打开就是这幅画",
    "in_address": "链接在地址栏里",
}

PAINT: PaintWords = {
    "tab": "涂鸦",
    "intro": "涂几个色块，写一个词就够了。每画一笔，网络就把它们变成精灵图。",
    "starters": {"hero": "英雄", "wizard": "巫师", "mushroom": "蘑菇", "slime": "史莱姆", "tree": "树", "sword": "剑"},
    "canvas-name": "你来涂",
    "result-name": "网络来画",
    "level-name": "保留多少你的涂鸦",
    "less": "少",
    "more": "多",
    "level": "噪声程度 {t}",
    "kept": "{share} / 100，噪声程度 {t}",
    "again": "换一批",
    "take": "在这张上接着画",
    "save": "保存",
    "size_saved": "{side} × {side} 的 PNG",
    "copy": "复制图片",
    "start-name": "从这里开始",
    "starter": "色块",
    "drawn_before": "网络画的精灵图",
    "upload-name": "用自己的图片",
    "reduced": "{name}：{width} × {height} 像素，已缩成白底的 16 × 16",
    "epochs-name": "所有回合：训练得少时画成什么样",
    "variants": "几种画法，各用一份噪声",
    "result": "画法",
    "first": "正在画……",
    "drawn": "{label}画的，用了 {s} 秒",
    "picture_copied": "图片已复制",
    "not_copied": "这个浏览器不让网页复制图片，请改用保存",
}

ONE_STEP: OneStepWords = {
    "upload-name": "上传图片",
    "galleries": [
        {"name": "新的精灵图，形状都学过", "note": "平均来说，训练得越久，在这些图里看得越清楚。"},
        {
            "name": "训练中从没见过的形状",
            "note": (
                "在这些图上，训练的帮助小得多：噪声程度为 200 时，噪声的误差平均从 0.25 降到 0.21"
                "（上面那组降到 0.18）；其中一半，第 31 回合并不比第 4 回合看得更清楚。"
            ),
        },
        {"name": "网络画的精灵图"},
    ],
    "t-name": "噪声程度",
    "noise": "换一份噪声",
    "paint": "到“涂鸦”里让它画完",
    "truth": "真值",
    "columns": ["带噪声的图", "其中的噪声", "背后的图"],
    "errors": ["噪声的误差", "精灵图的误差"],
    "best": "标了颜色的是每列里最小的误差",
    "best_said": "最小",
}
