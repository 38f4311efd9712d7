"""Words -> what to draw: a hero, a setting, extras. English and Chinese."""

from __future__ import annotations

import re

from qwen_pipeline.dataclass import dataclass

STYLE_WORDS: dict[str, str] = {
    "ink-wash": "ink wash|sumi|shan ?shui|brush painting|水墨|国画|山水",
    "blue-green": "blue[- ]green landscape|blue[- ]and[- ]green landscape|qing ?l[uü]|azurite|青绿|千里江山|石青",
    "paper-cut": "paper[- ]?cut|papercraft|cut paper|layered paper|剪纸|纸艺|纸雕",
    "new-year-print": "new year print|new year woodcut|nian ?hua|年画|杨柳青|桃花坞",
    "seal-red": "seal carving|seal impression|seal red|cinnabar seal|chop mark|篆刻|印章|朱砂|钤印",
    "porcelain": "porcelain|blue[- ]and[- ]white ware|blue[- ]and[- ]white porcelain|qinghua|delft|青花|瓷",
    "lacquer": "lacquer|lacquerware|maki-e|mother[- ]of[- ]pearl|漆器|大漆|螺钿|描金",
    "dunhuang": "dunhuang|fresco|mural|cave painting|mogao|敦煌|壁画|飞天|莫高",
    "woodblock": "woodblock|woodcut|ukiyo-?e|shin-?hanga|block print|linocut|版画|木刻|浮世绘",
    "risograph": "risograph|riso|spot colou?r print|halftone|孔版|半色调",
    "art-deco": "art[- ]deco|gatsby|roaring twenties|装饰艺术",
    "mid-century": "mid[- ]century|atomic age|fifties modern|1950s|世纪中期",
    "memphis": "memphis|eighties pattern|1980s|孟菲斯",
    "collage": "collage|torn paper|cut-?outs?|mixed media|scrapbook|拼贴|撕纸",
    "monoline": "mono-?line|continuous line|single line|line[- ]art|one line|单线|线描",
    "watercolour": "watercolou?r|aquarelle|wet[- ]in[- ]wet|水彩",
    "clay": "clay|plasticine|claymation|soft 3d|黏土|粘土|橡皮泥",
    "pixel": "pixel[- ]art|pixelated|pixel|8-bit|16-bit|像素",
    "travel-poster": "travel poster|railway poster|national park poster|vintage poster|旅行海报|复古海报",
    "chalkboard": "chalk|chalkboard|blackboard|粉笔|黑板",
    "blueprint": "blueprint|technical drawing|line drawing|schematic|engineering drawing|蓝图|线稿|工程图",
    "botanical": "botanical|herbarium|herbal|floral illustration|植物|花草",
    "night-city": "night city|neon|cyberpunk|nightlife|city at night|霓虹|夜景|赛博",
    "guochao": "guochao|china[- ]chic|chinese pop|国潮",
    "swiss": "swiss|bauhaus|geometric|grid[- ]based|international typographic|constructivis|几何|瑞士|包豪斯",
    "photographic": (
        "photo|photograph|photographic|photorealistic|studio light|product shot|packshot|cinematic|摄影|写实|棚拍|照片"
    ),
    "soft-gradient": "gradient|aurora|glass(?:y|morphism)|iridescent|holographic|pastel blur|渐变|弥散|极光|玻璃",
    "flat-editorial": "flat|vector|editorial|illustration|minimal|扁平|插画|矢量|极简",
}

HEROES: dict[str, str] = {
    "teapot": "teapot|tea pot|gongfu|茶壶|紫砂",
    "cup": "teacup|tea cup|gaiwan|cup of tea|cup|盖碗|茶杯|茶盏 // tea|品茶|茶",
    "mug": "mug|coffee|espresso|latte|咖啡|马克杯 // cafe|cocoa",
    "bottle": "bottle|wine|perfume|serum|lotion|shampoo|瓶|香水 // oil|spirits|skincare|酒|护肤",
    "can": "can of|cans|canned|soda|beer|sparkling water|energy drink|罐|汽水|啤酒|苏打",
    "box": "box|carton|packaging|parcel|箱|盒|包装 // pack|package",
    "glass": (
        "glass of|iced|lemonade|cocktail|juice|cold brew|smoothie|mojito|果汁|柠檬水|鸡尾酒|奶茶 // drinks?|beverage|"
        "冰|饮料|饮品"
    ),
    "citrus": "citrus|orange|oranges|lemon|lemons|fruit|fruits|mandarin|grapefruit|橙|柑|橘|柠檬|水果|柚",
    "bowl": (
        "bowl|noodle|noodles|ramen|dumplings?|congee|hot ?pot|碗|面条|拉面|牛肉面|饺子|粥|火锅 // soup|rice|面馆|米饭|"
        "汤|美食"
    ),
    "bread": "bread|loaf|sourdough|pastry|面包|糕点 // bakery|wheat|baking|烘焙|小麦|月饼",
    "gift": "gifts?|presents|礼物|礼盒 // birthday|giveaway|生日|赠",
    "jar": "jar|honey|jam|candle|蜂蜜|果酱|面霜|蜡烛|罐头 // cream|pickle",
    "sprig": "herb|herbs // leaf|leaves|plant|plants|greenery|叶|绿植|草本",
    "bamboo": "bamboo|竹",
    "plum": "plum blossom|cherry blossom|blossom|blossoms|sakura|spring branch|梅花|樱花|桃花|枝",
    "flower": "flower|flowers|peony|rose|floral|bouquet|花|牡丹|玫瑰",
    "lotus": "lotus|water lil(?:y|ies)|荷|莲",
    "tree": "tree|trees|树 // orchard|park|公园|果园",
    "pine": "pine|pines|松树|青松|松林",
    "bird": "bird|birds|crane|cranes|heron|鸟|鹤|鹭 // swallow",
    "fish": "fish|koi|carp|salmon|鱼|锦鲤 // seafood|海鲜",
    "pagoda": "pagoda|temple|塔|寺|古城",
    "pavilion": "pavilion|gazebo|亭 // garden|heritage|museum|园林|古镇|博物馆|故宫",
    "house": "house|cottage|water town|屋|民居|水乡 // home|village|real estate|房|家居|村",
    "tower": "tower|skyscraper|大厦|写字楼 // office|headquarters|办公",
    "bridge": "bridge|桥",
    "lantern": "lantern|lanterns|灯笼|灯会 // lunar new year|new year|spring festival|mid-autumn|春节|新年|元宵|中秋|灯",
    "boat": "boat|boats|ferry|ship|sampan|船|舟 // cruise",
    "sails": "sails?|sailing|sailboats?|yacht|junk|regatta|帆船|帆",
    "truck": "truck|lorry|van|卡车|货车 // delivery|logistics|freight|shipping|物流|快递|运输|配送",
    "train": "train|trains|high-speed rail|列车|火车|高铁 // railway|metro|subway|地铁|铁路",
    "shoe": "shoe|shoes|sneaker|sneakers|trainers|跑鞋|鞋 // running|marathon|run|跑步|马拉松|运动",
    "book": "book|books|bookstore|图书|书 // library|reading|literature|education|school|阅读|教育|学校|课程",
    "music": "vinyl|record|唱片 // music|concert|jazz|orchestra|band|festival|音乐|演唱会|爵士|乐队",
    "phone": "phone|smartphone|手机 // app|mobile|device|screen|应用|移动端|屏幕",
    "globe": (
        "globe|地球 // global|world|network|data|cloud computing|technology|tech|digital|ai|software|internet|cyber|"
        "全球|世界|网络|数据|科技|数字|人工智能|智能|软件|互联网"
    ),
    "umbrella": "umbrella|parasol|雨伞|油纸伞|伞",
}

"""Words that name a thing; after `//` those that only suggest it, and give way where the words name a place."""

SETTINGS: dict[str, str] = {
    "terraces": (
        "terrace|terraces|terraced|tea field|tea fields|tea garden|tea hills?|paddy|rice field|plantation|梯田|茶园|"
        "茶山|茶田|稻田"
    ),
    "mountains": "mountain|mountains|mountainous|peak|peaks|alps|alpine|cliff|ridge|hiking|valley|canyon|山|峡谷|徒步",
    "sea": (
        "sea|ocean|wave|waves|beach|harbou?r|coast|coastal|bay|port|island|lake|river|water|surf|sailing|海|浪|海滩|港|"
        "湾|岛|湖|江|河|西湖"
    ),
    "city": (
        "city|cities|skyline|urban|downtown|street|streets|metropolis|business|finance|office|城市|都市|街|天际线|商务|"
        "金融|市中心"
    ),
    "forest": "forest|forests|woods|woodland|jungle|rainforest|pine|森林|树林|雨林|林间",
    "fields": (
        "field|fields|farm|farmland|meadow|grassland|harvest|countryside|rural|vineyard|crops?|agricultur\\w*|田|农|"
        "草原|丰收|乡村|麦"
    ),
    "desert": "desert|dune|dunes|sand|sahara|沙漠|沙丘|戈壁",
    "road": "road|highway|route|truck|delivery|logistics|lorry|公路|道路|高速|物流|运输",
    "network": (
        "network|data|technology|tech|digital|ai|cloud computing|software|internet|circuit|analytics|网络|数据|科技|"
        "数字|人工智能|智能|软件|互联网|算法"
    ),
}

EXTRAS: dict[str, str] = {
    "moon": "moon|moonlit|moonlight|mid-autumn|月亮|明月|月光|月夜|中秋",
    "rain": "rain|rainy|drizzle|monsoon|雨",
    "snow": "snow|snowy|winter|snowflakes?|christmas|ski|雪|冬",
    "blossom": "blossom|blossoms|flower|flowers|petals?|spring|花|春|梅|樱",
    "pagoda": "pagoda|temple|塔|寺",
    "pavilion": "pavilion|亭",
    "bridge": "bridge|桥",
    "house": "village|houses|cottages?|town|村|镇|古镇",
}

SCENIC = frozenset({"pagoda", "pavilion", "house", "bridge", "boat", "tree", "pine", "tower", "train", "bird", "truck", "sails"})
"""Heroes that live in a landscape: they are drawn as part of one, not as a thing on a table."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the words ask for. `hero` and `setting` are "" where nothing was named."""

    hero: str = ""
    setting: str = ""
    extras: tuple[str, ...] = ()

    def has(self, extra: str) -> bool:
        return extra in self.extras


def _pattern(words: str) -> str:
    """Latin words whole, with a plural's s; the others anywhere."""
    latin = "|".join(w for w in words.split("|") if w.isascii())
    other = "|".join(w for w in words.split("|") if not w.isascii())
    return "|".join(p for p in (rf"(?<![a-z])(?:{latin})s?(?![a-z])" if latin else "", other) if p)


def _found(words: dict[str, str], text: str) -> list[str]:
    """Names whose words stand in the text, in the order in which they first do; the longer match wins at one place."""
    hits: list[tuple[int, int, str]] = []
    for name, listed in words.items():
        match = re.search(_pattern(listed), text)
        if match:
            hits.append((match.start(), -len(match.group()), name))
    return [name for _, _, name in sorted(hits)]


def style_in(text: str) -> str:
    """The named style that the words ask for, or ""."""
    found = _found(STYLE_WORDS, text.lower())
    return found[0] if found else ""


_STRONG = {name: words.split(" // ")[0] for name, words in HEROES.items()}
_WEAK = {name: words.split(" // ")[1] for name, words in HEROES.items() if " // " in words}
_AT_HOME = {
    "boat": "sea",
    "sails": "sea",
    "bridge": "sea",
    "tower": "city",
    "truck": "road",
    "tree": "fields",
    "train": "fields",
    "house": "fields",
}


def read(text: str) -> Subject:
    """What a subject line (or a whole prompt) asks for."""
    lower = text.lower()
    settings = _found(SETTINGS, lower)
    setting = settings[0] if settings else ""
    heroes = _found(_STRONG, lower)
    if not heroes and setting in ("", "network", "road"):
        heroes = _found(_WEAK, lower)
    hero = heroes[0] if heroes else ""
    if hero in SCENIC and not setting:
        setting = _AT_HOME.get(hero, "mountains")
    return Subject(hero, setting, tuple(_found(EXTRAS, lower)))
