"""Nouns for the library's shapes, besides those that the library has itself. Lower case, without accents, singular."""

from collections.abc import Mapping

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "sofa": ("chesterfield",), "armchair": ("easy chair", "wing chair"), "bench": ("garden bench",),
    "coffee table": ("low table", "bedside table"), "table": ("picnic table",), "stool": ("barstool",),
    "car": ("auto", "suv", "hatchback", "race car", "coupe", "limousine", "vehicle", "jeep"),
    "truck": ("pickup truck", "dump truck", "tow truck", "delivery van", "fire truck", "ambulance", "camper van"),
    "bus": ("minibus", "double decker", "double decker bus"), "train": ("steam locomotive", "steam train"),
    "bicycle": ("mountain bike", "road bike"), "boat": ("sailing ship", "pirate ship", "rowing boat", "fishing boat"),
    "rocket": ("space rocket", "space shuttle"), "spaceship": ("starship", "alien ship"),
    "plane": ("fighter jet", "jet plane", "biplane", "propeller plane"), "lamp": ("reading lamp", "night lamp"),
    "mug": ("tea mug", "beer mug", "tankard"), "cup": ("coffee cup", "tea cup"),
    "wine glass": ("champagne glass", "drinking glass", "tumbler"),
    "bottle": ("water bottle", "beer bottle", "carafe"), "vase": ("pitcher", "pot"),
    "potted plant": ("pot plant", "house plant"), "shelf": ("bookshelves", "shelving unit"),
    "cabinet": ("drawer", "commode", "filing cabinet"), "burger": ("cheese burger",), "cake": ("wedding cake",),
    "pizza": ("pizza slice",), "house": ("bungalow", "villa"), "castle": ("citadel",), "robot": ("mecha",),
    "figurine": ("statuette", "collectible", "collectible figurine", "woman"),
    "hat": ("witch hat", "party hat", "sun hat"), "fish": ("koi", "tropical fish"),
    "shoe": ("sports shoe", "tennis shoe"), "television": ("tv set", "telly"), "phone": ("cell phone",),
    "laptop": ("macbook",), "tree": ("pine", "spruce"), "habitat": ("mars habitat dome",),
    "sculpture": ("abstract art",), "hammer": ("sledgehammer",), "sword": ("blade", "rapier"),
    "teddy bear": ("stuffed bear", "plush bear"),
}  # fmt: skip
"""By shape. A word that the library has stays its own."""

ALIKE: Mapping[str, tuple[str, ...]] = {
    "apple": ("plum", "orange fruit", "tomato", "cherry", "mango"), "bread": ("croissant", "bun", "roll"),
    "cake": ("pie", "tart", "pancake", "pudding", "cheesecake"), "bowl": ("tray", "sink", "bathtub", "nest"),
    "wardrobe": ("locker", "phone booth"), "cabinet": ("oven", "stove", "washing machine"), "sofa": ("beanbag",),
    "bed": ("crib", "hammock", "cradle"), "chair": ("rocking chair", "swing", "wheelchair"),
    "bucket": ("basket", "bin", "trash can", "pot of gold"), "lamp": ("chandelier", "torch", "street lamp"),
    "guitar": ("cello", "banjo", "harp", "lute", "bass guitar", "electric guitar"), "drum": ("tambourine", "timpani"),
    "bicycle": ("motorcycle", "motorbike", "scooter", "tricycle", "moped"),
    "boat": ("canoe", "kayak", "ferry", "raft"), "tank": ("excavator", "bulldozer"), "truck": ("tractor", "forklift"),
    "helicopter": ("drone", "quadcopter"), "castle": ("church", "cathedral", "temple", "mosque", "monastery"),
    "house": ("garage",), "tower": ("eiffel tower", "obelisk"), "habitat": ("observatory", "tent"),
    "robot": ("alien", "knight"),
    "figurine": ("wizard", "elf", "gnome", "pirate", "soldier", "ninja", "princess", "superhero", "santa", "angel",
                 "boy", "girl", "dwarf", "viking", "samurai"),
    "teddy bear": ("koala", "polar bear", "grizzly", "monkey", "gorilla"),
    "cat": ("leopard", "panther", "lynx", "cheetah"), "dog": ("coyote", "husky", "corgi"),
    "bird": ("crow", "hawk", "chicken", "hen", "rooster"), "duck": ("swan", "goose", "pelican", "flamingo"),
    "fish": ("dolphin", "carp", "tuna"), "elephant": ("rhino", "rhinoceros", "hippo"),
    "tree": ("palm", "palm tree", "bush", "shrub"), "flower": ("lily", "orchid"), "rock": ("mountain",),
    "crystal": ("emerald", "sapphire", "ruby", "quartz", "iceberg"),
    "shoe": ("sandal", "slipper", "high heel", "high heel shoe", "flip flop"), "hat": ("beret", "sombrero"),
    "ring": ("bracelet", "necklace", "earring"), "glasses": ("goggles",),
    "handbag": ("wallet", "pouch", "briefcase", "suitcase", "luggage"),
    "phone": ("ipad", "remote control", "calculator"), "television": ("computer monitor",),
    "speaker": ("radio", "boombox", "amplifier", "jukebox"), "camera": ("camcorder", "projector", "binoculars"),
    "laptop": ("typewriter",), "sword": ("spear", "lance", "scimitar", "wand", "staff"), "hammer": ("gavel",),
    "axe": ("pickaxe", "halberd"), "knife": ("scissors", "fork", "spoon", "razor", "cleaver"),
    "wine glass": ("trophy cup", "hourglass", "martini"),
    "ball": ("marble ball", "bubble", "basketball", "tennis ball"), "jar": ("can", "tin can", "bowl with lid"),
    "trophy": ("medal",), "mushroom": ("jellyfish",), "ice cream": ("popsicle", "milkshake"), "pizza": ("quiche",),
    "burger": ("hot dog", "taco", "kebab"),
}  # fmt: skip
"""Words for what the library lacks, by what it has that looks most alike."""

IMPLIED: Mapping[str, str] = {
    "wizard hat": "pointed", "witch hat": "pointed", "party hat": "pointed", "top hat": "tall", "unicorn": "horn",
    "sunglasses": "sunglasses", **dict.fromkeys(("pine tree", "fir tree", "christmas tree", "pine", "spruce"), "fir"),
    "rose": "rose", "tulip": "tulip",
}  # fmt: skip
"""Features that go without saying."""

IRREGULAR_PLURALS: Mapping[str, str] = {
    "feet": "foot", "teeth": "tooth", "mice": "mouse", "geese": "goose", "men": "man", "women": "woman",
    "children": "child", "people": "person", "knives": "knife", "leaves": "leaf", "shelves": "shelf", "wolves": "wolf",
    "loaves": "loaf", "scarves": "scarf", "hooves": "hoof", "buses": "bus", "cacti": "cactus", "potatoes": "potato",
    "tomatoes": "tomato", "axes": "axe", "glasses": "glasses", "headphones": "headphones", "scissors": "scissors",
    "trousers": "trousers", "sunglasses": "sunglasses", "dice": "dice",
}  # fmt: skip
