"""The commonest words of eight languages in English, word for word: enough for "une voiture bleue".

Order and endings don't matter: adjectives may follow their noun in what reads the words.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

LANGUAGES = ("Spanish", "French", "German", "Portuguese", "Italian", "Russian", "Chinese", "Japanese")

WITHOUT_SPACES = ("Chinese", "Japanese")

SHORTEST_HALF, LONGEST_COMPOUND = 3, 30
"""Letters of a German compound, and of both its words."""

MOST_LETTERS_ADDED = 3
"""To a stem, such as the ending of "зелёная"."""

TABLE: Mapping[str, tuple[str, str, str, str, str, str, str, str]] = {
    # In the order of LANGUAGES; a hyphen ends a stem, a stroke stands between words for the same.
    "a": ("un|una|el|la|los|las|unos|unas", "un|une|le|la|les|des|l", "ein-|der|die|das|den|dem", "um|uma|o|os|as",
          "un|una|uno|il|lo|la|i|gli|le", "", "一|个|只|把|的|辆|张|件", "の|一つ"),
    "with": ("con", "avec|aux", "mit", "com", "con|coi", "с|со", "带有|带|配", "付き|と"),
    "and": ("y|e", "et", "und", "e", "e|ed", "и", "和", "、"),
    "of": ("de|del", "de|du|d|en", "aus|von", "de|do|da|em", "di|del|della|in", "из", "", ""),
    "on": ("sobre|encima", "sur", "auf", "sobre", "su|sul|sulla", "на", "上", "上"),
    "red": ("roj-", "rouge-", "rot-", "vermelh-", "ross-", "красн-", "红色|红", "赤い|赤"),
    "blue": ("azul-", "bleu-", "blau-", "azul|azuis", "blu|azzurr-", "син-|голуб-", "蓝色|蓝", "青い|青"),
    "green": ("verde-", "vert-", "grun-", "verde-", "verd-", "зелен-", "绿色|绿", "緑の|緑"),
    "yellow": ("amarill-", "jaune-", "gelb-", "amarel-", "giall-", "желт-", "黄色|黄", "黄色い|黄色"),
    "orange": ("naranja-", "orange-", "orange-", "laranja-", "arancion-", "оранжев-", "橙色|橙", "オレンジ"),
    "black": ("negr-", "noir-", "schwarz-", "pret-", "ner-", "черн-", "黑色|黑", "黒い|黒"),
    "white": ("blanc-", "blanc-", "weiss-", "branc-", "bianc-", "бел-", "白色|白", "白い|白"),
    "grey": ("gris-", "gris-", "grau-", "cinza-", "grigi-", "сер-", "灰色|灰", "灰色"),
    "brown": ("marron-", "brun-|marron-", "braun-", "marrom|castanh-", "marron-", "коричнев-", "棕色|褐色", "茶色"),
    "pink": ("rosa-|rosad-", "rose-", "rosa", "rosa|cor-de-rosa", "rosa", "розов-", "粉色|粉红色", "ピンク"),
    "purple": ("morad-|purpura", "violet-", "lila|violett-", "rox-", "viola", "фиолетов-", "紫色|紫", "紫"),
    "golden": ("dorad-", "dore-", "golden-", "dourad-", "dorat-", "золот-", "金色|金", "金色|金"),
    "silver": ("platead-|plata", "argent-", "silber-", "prat-", "argent-", "серебр-", "银色|银", "銀色|銀"),
    "big": ("grande-", "grand-", "gross-", "grande-", "grand-", "больш-", "大", "大きな|大きい"),
    "small": ("pequen-", "petit-", "klein-", "pequen-", "piccol-", "маленьк-", "小", "小さな|小さい"),
    "tall": ("alt-", "haut-", "hoh-", "alt-", "alt-", "высок-", "高", "高い"),
    "old": ("viej-|antigu-", "vieux|vieille-|ancien-", "alt-", "velh-|antig-",
            "vecchi-|antic-", "стар-", "旧|老", "古い"),
    "modern": ("modern-", "modern-", "modern-", "modern-", "modern-", "современн-", "现代", "モダンな"),
    "wooden": ("madera", "bois", "holz|holzern-", "madeira", "legno", "дерев-", "木制|木头|木", "木製|木の|木"),
    "metal": ("metal-", "metal-", "metall-", "metal", "metallo", "металл-", "金属", "金属"),
    "glass": ("vidrio|cristal", "verre", "glas|glasern-", "vidro", "vetro", "стекл-", "玻璃", "ガラス"),
    "leather": ("cuero", "cuir", "leder", "couro", "pelle|cuoio", "кож-", "皮革", "革"),
    "ceramic": ("ceramica", "ceramique", "keramik", "ceramica", "ceramica", "керами-", "陶瓷", "陶器|セラミック"),
    "stone": ("piedra", "pierre", "stein", "pedra", "pietra", "камн-|камен-", "石头|石", "石"),
    "plastic": ("plastico", "plastique", "plastik|kunststoff", "plastico",
                "plastica", "пластик-", "塑料", "プラスチック"),
    "stripes": ("ray-|rayad-", "raye-|rayures", "gestreift-|streifen",
                "listr-|listrad-", "righe|strisce", "полос-", "条纹", "縞模様|縞"),
    "chair": ("silla-", "chaise-", "stuhl-", "cadeira-", "sedia|sedie", "стул-", "椅子", "椅子|いす"),
    "armchair": ("sillon-|butaca-", "fauteuil-", "sessel", "poltrona-",
                 "poltrona|poltrone", "кресл-", "扶手椅", "アームチェア"),
    "sofa": ("sofa-", "canape-", "sofa-|couch", "sofa-", "divano|divani", "диван-", "沙发", "ソファ"),
    "table": ("mesa-", "table-", "tisch-", "mesa-", "tavol-", "стол-", "桌子|桌", "テーブル|机"),
    "bed": ("cama-", "lit-", "bett-", "cama-", "letto|letti", "кроват-", "床", "ベッド"),
    "lamp": ("lampara-", "lampe-", "lampe-", "lampada-|luminaria", "lampada|lampade", "ламп-", "灯", "ランプ"),
    "vase": ("florero-|jarron-", "vase-", "vase-", "vaso-", "vaso|vasi", "ваз-", "花瓶", "花瓶"),
    "bottle": ("botella-", "bouteille-", "flasche-", "garrafa-", "bottigli-", "бутылк-", "瓶子|瓶", "瓶|ボトル"),
    "mug": ("taza-", "tasse-", "tasse-|becher-", "caneca-|xicara-", "tazz-",
            "кружк-|чашк-", "杯子|杯", "マグカップ|カップ"),
    "coffee": ("cafe", "cafe", "kaffee", "cafe", "caffe", "кофе", "咖啡", "コーヒー"),
    "teapot": ("tetera-", "theiere-", "teekanne-", "bule", "teiera|teiere", "чайник-", "茶壶", "急須|ティーポット"),
    "car": ("coche-|carro-|auto", "voiture-", "auto-", "carro-",
            "macchin-|auto", "машин-|автомобил-", "汽车|车", "車|自動車"),
    "truck": ("camion-", "camion-", "lastwagen", "caminha-", "camion", "грузовик-", "卡车", "トラック"),
    "train": ("tren-", "train-", "zug", "trem", "tren-", "поезд-", "火车", "電車|列車"),
    "boat": ("barco-", "bateau-", "boot-|schiff-", "barco-|navio",
             "barca|barche|nave", "лодк-|корабл-", "船", "船|ボート"),
    "plane": ("avion-", "avion-", "flugzeug-", "avia-", "aere-", "самолет-", "飞机", "飛行機"),
    "rocket": ("cohete-", "fusee-", "rakete-", "foguete-", "razzo|razzi", "ракет-", "火箭", "ロケット"),
    "bicycle": ("bicicleta-", "velo-|bicyclette-", "fahrrad-", "bicicleta-",
                "biciclett-", "велосипед-", "自行车", "自転車"),
    "house": ("casa-", "maison-", "haus|hauser", "casa-", "casa|case", "дом-", "房子|房屋", "家"),
    "castle": ("castillo-", "chateau-", "burg|schloss", "castelo-", "castell-", "замок|замк-", "城堡", "城"),
    "tree": ("arbol-", "arbre-", "baum|baume", "arvore-", "albero|alberi", "дерево", "树", "木の木|樹木"),
    "flower": ("flor-", "fleur-", "blume-", "flor-", "fior-", "цвет-", "花", "花"),
    "cat": ("gat-", "chat-", "katze-", "gat-", "gatt-", "кошк-|кот-", "猫", "猫|ねこ"),
    "dog": ("perr-", "chien-", "hund-", "cachorr-|cao", "cane|cani", "собак-|пес", "狗", "犬"),
    "bird": ("pajaro-", "oiseau-", "vogel", "passaro-", "uccell-", "птиц-", "鸟", "鳥"),
    "fish": ("pez|pescado", "poisson-", "fisch-", "peixe-", "pesc-", "рыб-", "鱼", "魚"),
    "robot": ("robot-", "robot-", "roboter", "robo-", "robot", "робот-", "机器人", "ロボット"),
    "teddy bear": ("osito|oso", "ourson|nounours", "teddy|teddybar",
                   "ursinho", "orsetto", "мишка", "泰迪熊", "テディベア"),
    "ball": ("pelota-|balon-", "ballon-|balle-", "ball|balle", "bola-", "pall-", "мяч-", "球", "ボール"),
    "book": ("libro-", "livre-", "buch|bucher", "livro-", "libro|libri", "книг-", "书", "本"),
    "hat": ("sombrero-", "chapeau-", "hut", "chapeu-", "cappell-", "шляп-", "帽子", "帽子"),
    "shoe": ("zapato-", "chaussure-", "schuh-", "sapato-", "scarp-", "ботин-|туфл-", "鞋", "靴"),
    "apple": ("manzana-", "pomme-", "apfel", "maca-", "mela|mele", "яблок-", "苹果", "りんご|リンゴ"),
    "cake": ("pastel|tarta-", "gateau-", "kuchen|torte-", "bolo-", "torta|torte", "торт-", "蛋糕", "ケーキ"),
    "sword": ("espada-", "epee-", "schwert-", "espada-", "spada|spade", "меч-", "剑", "剣|刀"),
    "hammer": ("martillo-", "marteau-", "hammer", "martelo-", "martello|martelli", "молот-", "锤子", "ハンマー"),
    "guitar": ("guitarra-", "guitare-", "gitarre-", "violao|guitarra-", "chitarr-", "гитар-", "吉他", "ギター"),
    "laptop": ("portatil", "ordinateur", "laptop", "notebook", "portatile",
               "ноутбук-", "笔记本电脑", "ノートパソコン"),
    "legs": ("patas", "pieds|pattes", "beine-", "pernas", "gambe", "ножк-", "腿", "脚"),
    "eyes": ("ojos", "yeux", "augen", "olhos", "occhi", "глаз-", "眼睛", "目"),
    "wheels": ("ruedas", "roues", "rader-", "rodas", "ruote", "колес-", "轮子", "車輪"),
}  # fmt: skip


def translated(tokens: Sequence[str], *, known: Callable[[str], bool]) -> list[str] | None:
    """The tokens in English, if most are of one of LANGUAGES; words that aren't in the table stay. `known` says what is
    English here."""
    if 2 * sum(map(known, tokens)) > len(tokens):
        return None
    readings = [[_pieces(token, column) for token in tokens] for column in range(len(LANGUAGES))]
    best = max(readings, key=lambda found: sum(len(piece) for pieces in found for piece, _ in pieces))
    if 2 * sum(map(bool, best)) < len(tokens):
        return None
    return [
        word for token, pieces in zip(tokens, best, strict=True)
        for english in ([english for _, english in pieces] or [token]) for word in english.split()
    ]


def _pieces(token: str, column: int) -> list[tuple[str, str]]:
    """The words of the language in a token, with their English: one, in languages with spaces, or the two of a compound
    ("Holztisch")."""
    found = _entries(token, column)
    if not found and LANGUAGES[column] == "German":
        for cut in range(SHORTEST_HALF, min(len(token), LONGEST_COMPOUND) - SHORTEST_HALF + 1):
            first, second = _entries(token[:cut], column), _entries(token[cut:], column)
            if first and second:
                return first + second
    return found


def _entries(token: str, column: int) -> list[tuple[str, str]]:
    pattern, entries = _language(column)
    return [(match[0], entries[match[match.lastindex or 0]]) for match in pattern.finditer(token)]


@functools.cache
def _language(column: int) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """What finds its words, in the last group that matches, and their English."""
    entries = {plain(entry): english for english, row in TABLE.items() for entry in row[column].split("|") if entry}
    longest_first = sorted(entries, key=len, reverse=True)
    words = "|".join(entry for entry in longest_first if not entry.endswith("-"))
    if LANGUAGES[column] in WITHOUT_SPACES:
        return re.compile(f"({words})"), entries
    stems = "|".join(entry[:-1] for entry in longest_first if entry.endswith("-"))
    entries |= {entry.removesuffix("-"): english for entry, english in entries.items()}
    return re.compile(f"^(?:({words})|({stems})\\w{{0,{MOST_LETTERS_ADDED}}})$"), entries


def plain(text: str) -> str:
    """In lower case, without accents."""
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
