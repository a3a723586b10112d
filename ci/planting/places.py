"""Where a fault may be, of what kind, and which of them a seed draws."""
import collections
import itertools
import random
import re

JUDGES = "judges"  # what decides whether numbers may be believed, beside the families

# Kinds of faults: a name, a pattern, and what takes the place of its group. A kind may match a line in several places.
KINDS = [
    ("bound", r" (<|<=|>|>=) (?=[\w(])", {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}),
    ("comparison", r" (==|!=) ", {"==": "!=", "!=": "=="}),
    ("logic", r" (&&|\|\|) ", {"&&": "||", "||": "&&"}),
    ("sign", r"(?<=[\w)\]]) ([+-]) (?=[\w(])", {"+": "-", "-": "+"}),
    ("sign", r"\bhn::(Add|Sub|MulAdd|NegMulAdd|Max|Min)\(", {"Add": "Sub", "Sub": "Add", "MulAdd": "NegMulAdd",
                                                             "NegMulAdd": "MulAdd", "Max": "Min", "Min": "Max"}),
    ("constant", r"(?<![\w.'])([1-9]\d*)(?![\w.'])", lambda text: str(int(text) + 1)),
    ("index", r"\w\[(\w+)\]", lambda text: text + " + 1"),
    ("swapped arguments", r"\b(?!(?:Add|Mul|Min|Max|And|Or|Xor|Set|min|max|gcd)\()\w+\((\w+, \w+)\)",
     lambda text: ", ".join(reversed(text.split(", ")))),
    ("tail", r"^ *for \((; .*)\) ", lambda text: "; false;"),
    ("reset", r"^ *([\w.\[\]>-]+ = (?:0|0\.0F|\{\}|false);|[\w.>-]+\.clear\(\);|std::(?:ranges::)?fill[_n]*\(.*\);)$",
     lambda text: ";"),
    ("barrier", r"^( *#pragma omp barrier)$", lambda text: ""),
    ("early exit", r"^ *(?:if \(.*\) )?(break;|continue;|return;)$", lambda text: ";"),
    ("guard", r"^ *(?:\} else )?if \((?!constexpr)(.*)\) (?:return|throw|continue|break)\b", lambda text: "false"),
]


def is_code(line):
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith(("//", "#include", "#if", "#define", "#undef", "#endif", "#else",
                                                       "namespace", "template", "using", "static_assert", "HWY_EXPORT"))


def places_in(text):
    """Every (line number, kind, start, end, replacement) of a source file."""
    found = []
    for number, line in enumerate(text.split("\n")):
        code = re.sub(r"//.*$|\"(?:[^\"\\]|\\.)*\"", lambda match: " " * len(match.group()), line)
        if not is_code(line):
            continue
        for kind, pattern, other in KINDS:
            for match in re.finditer(pattern, code):
                old = line[match.start(1):match.end(1)]
                new = other[old] if isinstance(other, dict) else other(old)
                if new != old:
                    found.append((number, kind, match.start(1), match.end(1), new))
    return found


def subjects(folder):
    """What faults are planted in: kernels and readers by family, and the judges of benchmarks/ and claims/; no peers,
    which not every machine has."""
    result = collections.defaultdict(list)
    for source in sorted([*folder.glob("impl/*/**/*.cpp"), *folder.glob("impl/*/**/*.hpp")]):
        family = source.relative_to(folder).parts[1]
        if family != "support" and not any(part.startswith("peer") for part in source.relative_to(folder).parts):
            result[family].append(source)
    for room in ("benchmarks/suite", "benchmarks/regression", "claims/suite", "impl/support"):
        result[JUDGES] += sorted([*folder.glob(room + "/*.cpp"), *folder.glob(room + "/*.hpp")])
    return result


def fault_of(folder, family, source, place, draw):
    """A fault as the record has it, and its place, which the record has not."""
    number, kind, start, end, new = place
    line = source.read_text().split("\n")[number]
    return {"draw": draw, "family": family, "file": str(source.relative_to(folder)), "line": number + 1, "kind": kind,
            "was": line.strip(), "became": (line[:start] + new + line[end:]).strip(), "place": place}


def drawn(folder, families, seed):
    """The faults of a campaign, without end: families take turns, in each first a kind, then a place of that kind. What
    is drawn depends on the seed, on the number of the draw and on the sources."""
    by_family = {}
    for family, sources in subjects(folder).items():
        kinds = collections.defaultdict(list)
        for source in sources:
            for place in places_in(source.read_text()):
                kinds[place[1]].append((source, place))
        if kinds:
            by_family[family] = kinds
    names = sorted(by_family)
    for draw in itertools.count():
        family = names[draw % len(names)]
        if families and family not in families:
            continue
        generator = random.Random(f"{seed} {draw}")
        kinds = by_family[family]
        yield fault_of(folder, family, *generator.choice(kinds[generator.choice(sorted(kinds))]), draw)


def found_again(folder, fault):
    """A fault of the record, wherever its line is now; None where it is no more."""
    source = folder / fault["file"]
    if not source.exists():
        return None
    text = source.read_text()
    lines = text.split("\n")
    fits = []
    for place in places_in(text):
        number, _, start, end, new = place
        line = lines[number]
        if (line.strip(), (line[:start] + new + line[end:]).strip()) == (fault["was"], fault["became"]):
            fits.append(place)
    if not fits:
        return None
    return {**fault, "place": min(fits, key=lambda place: abs(place[0] + 1 - fault["line"]))}
