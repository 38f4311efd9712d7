"""Words -> what to draw: a hero, a setting, extras, the hour. English and Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

STYLE_WORDS: dict[str, str] = {
    "ink-wash": "ink wash|sumi|shan ?shui|brush painting|水墨|国画|山水",
    "paper-cut": "paper[- ]?cut|papercraft|cut paper|layered paper|剪纸|纸艺|纸雕",
    "blueprint": "blueprint|technical drawing|line drawing|schematic|engineering drawing|蓝图|线稿|工程图",
    "botanical": "botanical|herbarium|herbal|floral illustration|植物|花草",
    "night-city": "night city|neon|cyberpunk|nightlife|city at night|霓虹|夜景|赛博",
    "guochao": "guochao|china[- ]chic|chinese pop|new year print|nianhua|国潮|年画|敦煌",
    "swiss": "swiss|bauhaus|geometric|grid[- ]based|international typographic|constructivis|几何|瑞士|包豪斯",
    "photographic": "photo|photograph|photographic|photorealistic|studio light|product shot|packshot|cinematic|摄影|写实|棚拍|照片",
    "soft-gradient": "gradient|aurora|glass(?:y|morphism)|iridescent|holographic|pastel blur|渐变|弥散|极光|玻璃",
    "flat-editorial": "flat|vector|editorial|illustration|minimal|扁平|插画|矢量|极简",
}

HEROES: dict[str, str] = {
    "teapot": "teapot|tea pot|gongfu|茶壶|紫砂",
    "cup": "teacup|tea cup|gaiwan|cup of tea|tea|cup|盖碗|茶杯|茶盏|品茶|茶",
    "mug": "mug|coffee|cocoa|espresso|latte|cafe|咖啡|马克杯",
    "bottle": "bottle|wine|perfume|serum|lotion|shampoo|oil|spirits|skincare|瓶|酒|香水|护肤",
    "can": "can of|cans|canned|soda|beer|sparkling water|energy drink|罐|汽水|啤酒|苏打",
    "box": "box|carton|pack|packaging|parcel|package|箱|盒|包装",
    "glass": "glass of|iced|lemonade|cocktail|juice|drinks?|beverage|cold brew|smoothie|mojito|冰|饮料|饮品|果汁|柠檬水|鸡尾酒|奶茶",
    "citrus": "citrus|orange|oranges|lemon|lemons|fruit|fruits|mandarin|grapefruit|橙|柑|橘|柠檬|水果|柚",
    "bowl": "bowl|noodle|noodles|ramen|soup|rice|dumplings?|congee|hot ?pot|碗|面条|拉面|面馆|米饭|汤|饺子|粥|火锅|美食",
    "bread": "bread|bakery|loaf|sourdough|wheat|baking|pastry|面包|烘焙|小麦|糕点|月饼",
    "gift": "gift|present|gifts|birthday|giveaway|礼物|礼盒|生日|赠",
    "jar": "jar|honey|jam|cream|candle|pickle|蜂蜜|果酱|面霜|蜡烛|罐头",
    "sprig": "leaf|leaves|herb|herbs|plant|plants|greenery|叶|绿植|草本",
    "bamboo": "bamboo|竹",
    "plum": "plum blossom|cherry blossom|blossom|blossoms|sakura|spring branch|梅花|樱花|桃花|枝",
    "flower": "flower|flowers|peony|rose|floral|bouquet|花|牡丹|玫瑰",
    "lotus": "lotus|water lil(?:y|ies)|荷|莲",
    "tree": "tree|trees|orchard|park|树|公园|果园",
    "pine": "pine|pines|松",
    "bird": "bird|birds|crane|cranes|heron|鸟|鹤|鹭",
    "fish": "fish|koi|carp|seafood|salmon|鱼|锦鲤|海鲜",
    "pagoda": "pagoda|temple|塔|寺|古城",
    "pavilion": "pavilion|gazebo|garden|heritage|museum|亭|园林|古镇|博物馆|故宫",
    "house": "house|home|village|cottage|real estate|water town|屋|房|家居|民居|村|水乡",
    "tower": "tower|skyscraper|office|headquarters|大厦|写字楼|办公",
    "bridge": "bridge|桥",
    "lantern": "lantern|lanterns|lunar new year|new year|spring festival|mid-autumn|灯笼|灯会|春节|新年|元宵|中秋|灯",
    "boat": "boat|boats|ferry|sail|sailing|ship|junk|sampan|cruise|船|舟|帆",
    "truck": "truck|lorry|van|delivery|logistics|freight|shipping|卡车|货车|物流|快递|运输|配送",
    "train": "train|trains|railway|high-speed rail|metro|subway|列车|火车|高铁|地铁|铁路",
    "shoe": "shoe|shoes|sneaker|sneakers|running|marathon|trainers|run|鞋|跑步|马拉松|运动",
    "book": "book|books|library|reading|bookstore|literature|education|school|书|阅读|图书|教育|学校|课程",
    "music": "music|concert|jazz|vinyl|record|orchestra|band|festival|音乐|演唱会|爵士|唱片|乐队",
    "phone": "phone|smartphone|app|mobile|device|screen|手机|应用|移动端|屏幕",
    "globe": "globe|global|world|network|data|cloud computing|technology|tech|digital|ai|software|internet|cyber|全球|世界|网络|数据|科技|数字|人工智能|智能|软件|互联网",
    "umbrella": "umbrella|parasol|雨伞|油纸伞|伞",
}

SETTINGS: dict[str, str] = {
    "terraces": "terrace|terraces|terraced|tea field|tea fields|tea garden|tea hills?|paddy|rice field|plantation|梯田|茶园|茶山|茶田|稻田",
    "mountains": "mountain|mountains|mountainous|peak|peaks|alps|alpine|summit|cliff|ridge|hiking|valley|canyon|山|峰|峡谷|徒步",
    "sea": "sea|ocean|wave|waves|beach|harbou?r|coast|coastal|bay|port|island|lake|river|water|surf|sailing|海|浪|海滩|港|湾|岛|湖|江|河|西湖",
    "city": "city|cities|skyline|urban|downtown|street|streets|metropolis|business|finance|office|城市|都市|街|天际线|商务|金融|市中心",
    "forest": "forest|forests|woods|woodland|jungle|rainforest|pine|森林|林|树林|雨林",
    "fields": "field|fields|farm|farmland|meadow|grassland|harvest|countryside|rural|vineyard|crops?|agricultur\\w*|田|农|草原|丰收|乡村|麦",
    "desert": "desert|dune|dunes|sand|sahara|沙漠|沙丘|戈壁",
    "road": "road|highway|route|truck|delivery|logistics|lorry|公路|道路|高速|物流|运输",
    "network": "network|data|technology|tech|digital|ai|cloud computing|software|internet|circuit|analytics|网络|数据|科技|数字|人工智能|智能|软件|互联网|算法",
}

EXTRAS: dict[str, str] = {
    "sun": "sun|sunrise|sunset|sunny|dawn|日出|太阳|日落|夕阳|朝阳|阳光",
    "moon": "moon|moonlit|moonlight|mid-autumn|月",
    "rain": "rain|rainy|drizzle|monsoon|雨",
    "snow": "snow|snowy|winter|snowflakes?|christmas|ski|雪|冬",
    "clouds": "cloud|clouds|cloudy|sky|mist|misty|fog|云|雾|天空",
    "birds": "bird|birds|crane|cranes|gull|gulls|swallow|swallows|鸟|鹤|燕|鸥",
    "boats": "boat|boats|ferry|sail|sails|junk|sampan|fishing|harbou?r|船|舟|帆|渔",
    "leaves": "leaf|leaves|plant|plants|spring|garden|tropical|green|tea|eco|叶|绿|春|茶",
    "blossom": "blossom|blossoms|flower|flowers|petals?|spring|花|春|梅|樱",
    "lanterns": "lantern|lanterns|new year|festival|festive|灯笼|灯会|春节|新年|元宵|节",
    "stars": "stars?|starry|galaxy|cosmic|space|星|银河|宇宙",
    "pagoda": "pagoda|temple|塔|寺",
    "pavilion": "pavilion|亭",
    "bridge": "bridge|桥",
    "house": "village|houses|cottages?|town|村|镇|古镇",
    "train": "train|railway|rail|列车|高铁|铁路",
    "fireworks": "fireworks?|celebration|countdown|gala|烟花|焰火|庆典|跨年",
}

HOURS: dict[str, str] = {
    "night": "night|midnight|nocturnal|moonlit|moonlight|neon|夜|月光|霓虹",
    "dusk": "dusk|sunset|evening|golden hour|twilight|late afternoon|autumn|黄昏|傍晚|日落|夕阳|秋",
    "dawn": "dawn|sunrise|morning|spring|清晨|早晨|日出|晨|春",
}

SCENIC = frozenset({"pagoda", "pavilion", "house", "bridge", "boat", "tree", "pine", "tower", "train", "bird", "truck"})
"""Heroes that live in a landscape: they are drawn as part of one, not as a thing on a table."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the words ask for. `hero` and `setting` are "" where nothing was named."""

    hero: str = ""
    setting: str = ""
    extras: tuple[str, ...] = ()
    hour: str = "day"

    def has(self, extra: str) -> bool:
        return extra in self.extras


def _found(words: dict[str, str], text: str) -> list[str]:
    """Names whose words stand in the text, in the order in which they first do; the longer match wins at one place."""
    hits: list[tuple[int, int, str]] = []
    for name, pattern in words.items():
        latin = "|".join(p for p in pattern.split("|") if p.isascii())
        other = "|".join(p for p in pattern.split("|") if not p.isascii())
        both = "|".join(p for p in (rf"(?<![a-z])(?:{latin})s?(?![a-z])" if latin else "", other) if p)
        match = re.search(both, text)
        if match:
            hits.append((match.start(), -len(match.group()), name))
    return [name for _, _, name in sorted(hits)]


def style_in(text: str) -> str:
    """The named style that the words ask for, or ""."""
    found = _found(STYLE_WORDS, text.lower())
    return found[0] if found else ""


def read(text: str) -> Subject:
    """What a subject line (or a whole prompt) asks for."""
    lower = text.lower()
    heroes, settings, hours = _found(HEROES, lower), _found(SETTINGS, lower), _found(HOURS, lower)
    hero = heroes[0] if heroes else ""
    subject = Subject(hero, settings[0] if settings else "", tuple(_found(EXTRAS, lower)), hours[0] if hours else "day")
    if hero in SCENIC and not subject.setting:
        at_home = {"boat": "sea", "bridge": "sea", "tower": "city", "truck": "road", "tree": "fields", "train": "fields", "house": "fields"}
        subject = replace(subject, setting=at_home.get(hero, "mountains"))
    return subject
