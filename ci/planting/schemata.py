"""Many faults in one source, of which a run chooses one: where a fault lies in a complete expression,

    (tandem_faults::planted(17) ? (MUTATED) : (ORIGINAL))

takes its place, and a condition or a statement that a fault drops depends on it likewise. All faults of a campaign are
then compiled once. planted() compares with a number from the environment, and marks that it was asked: what a test does
not reach without a fault need not be tried on it. The lines of a source keep their numbers."""
import re

MOST = 1 << 16  # faults: a draw is a place in the map of what was reached

HEADER = """// Injected by ci/mutants: which fault is active, and which places were reached.
#pragma once
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
namespace tandem_faults {
inline constexpr int most = MOST;
inline char nowhere[most];
inline char* reached = nowhere;
inline int active = -1;
inline bool begun = false;
[[gnu::constructor(101)]] static void begin() {
  if (begun) return;
  begun = true;
  if (const char* number = getenv("TANDEM_FAULT")) active = atoi(number);
  const char* path = getenv("TANDEM_FAULTS_REACHED");
  const int file = path == nullptr ? -1 : open(path, O_RDWR);
  void* memory = file < 0 ? MAP_FAILED : mmap(nullptr, most, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) close(file);  // what is tested may have no standard output, and this no number of one
  if (memory != MAP_FAILED) reached = static_cast<char*>(memory);  // what a killed process reached is there, too
}
[[gnu::always_inline]] inline bool planted(int number) {
  reached[number] = 1;
  return number == active;
}
}  // namespace tandem_faults
""".replace("MOST", str(MOST))

LITERALS = re.compile(r"\b\d(?:'?[\w.])*|//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)+'", re.DOTALL)
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
KEYWORD = re.compile(r"\s+|(?:return|co_return|throw|else|do|case)\b(?=\s)")
HEAD = re.compile(r"(?:if|for|while|switch)\s*(?:constexpr\s*)?\(")


def blanked(text):
    """The code alone, each character in its place: comments are blank, literals are $, a directive ends a statement."""
    def blank(match):
        found = match.group()
        return found if found[0].isdigit() else re.sub(r"[^\n]", " " if found[0] == "/" else "$", found)
    return PREPROCESSOR.sub(lambda match: re.sub(r"[^\n]", ";", match.group()), LITERALS.sub(blank, text))


class Source:
    """The text of a source with its brackets."""

    def __init__(self, text):
        self.text = text
        self.code = blanked(text)
        self.partner = {}
        opened = []
        for at, character in enumerate(self.code):
            if character in "([{":
                opened.append(at)
            elif character in ")]}" and opened:
                self.partner[at] = opened.pop()
                self.partner[self.partner[at]] = at
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line_of(self, at):
        return self.text.count("\n", 0, at) + 1

    def assigns(self, at):
        """Whether the = there is an assignment's, not a comparison's."""
        before, after = self.code[at - 1], self.code[at + 1:at + 2]
        if after == "=" or before in "=!":
            return False
        return self.code[at - 2] == before if before in "<>" else True

    def initializes(self, opening):
        """Whether a brace belongs to an expression: the formatting puts a blank before that of a block."""
        return self.code[opening - 1].isalnum() or self.code[opening - 1] in "_>"

    def begin_of_expression(self, at):
        while at > 0:
            last = self.code[at - 1]
            if last in ")]" or (last == "}" and self.initializes(self.partner[at - 1])):
                at = self.partner[at - 1]
            elif last == ":" and self.code[at - 2] == ":":
                at -= 2
            elif last in "([{};,?:" or (last == "=" and self.assigns(at - 1)):
                break
            else:
                at -= 1
        return at

    def end_of_expression(self, at):
        while at < len(self.code):
            next_ = self.code[at]
            if next_ in "([" or (next_ == "{" and self.initializes(at)):
                at = self.partner[at] + 1
            elif self.code[at:at + 2] == "::":
                at += 2
            elif next_ in ")]{};,?:" or (next_ == "=" and self.assigns(at)):
                break
            else:
                at += 1
        return at

    def expression_around(self, start, end):
        """The smallest complete expression that has a place in it."""
        start, end = self.begin_of_expression(start), self.end_of_expression(end)
        while True:
            if match := KEYWORD.match(self.code, start, end):
                start = match.end()
            elif match := HEAD.match(self.code, start, end):
                start = self.partner[match.end() - 1] + 1
            else:
                break
        while end > start and self.code[end - 1].isspace():
            end -= 1
        return start, end

    def constexpr_before(self, at):
        """Where the declaration that a place is in says constexpr; None if it does not."""
        begin = at
        while begin > 0 and (self.code[begin - 1] not in ";{}" or
                             (self.code[begin - 1] == "{" and self.initializes(begin - 1))):
            begin -= 1
        match = re.search(r"(?<!if )\bconstexpr\b", self.code[begin:at])
        return (begin + match.start(), begin + match.end()) if match else None


class Choice:
    """A stretch of a source, and what is written there, made of what would be there without it."""

    def __init__(self, number, start, end, written):
        self.number, self.start, self.end, self.written = number, start, end, written

    def crosses(self, other):
        first, second = sorted([self, other], key=lambda choice: (choice.start, -choice.end))
        return first.start < second.start < first.end < second.end


def alone(source, fault):
    """The fault itself, without a choice."""
    number, _, start, end, new = fault["place"]
    at = source.line_starts[number]
    return [Choice(fault["draw"], at + start, at + end, lambda right: new)]


def joint(source, fault):
    """The fault as a choice at run time; None where there is no telling how."""
    number, kind, start, end, new = fault["place"]
    draw = fault["draw"]
    start, end = source.line_starts[number] + start, source.line_starts[number] + end
    planted = f"tandem_faults::planted({draw})"
    if kind == "barrier":
        return [Choice(draw, start, end, lambda right: f'{{ if (!{planted}) {{ _Pragma("omp barrier") }} }}')]
    if kind in ("reset", "early exit"):
        return [Choice(draw, start, end, lambda right: f"{{ if (!{planted}) {{ {right} }} }}")]
    if kind in ("tail", "guard"):
        if kind == "tail":
            start += 2
            end = source.end_of_expression(start)
        if start == end or ";" in source.code[start:end]:
            return None
        return [Choice(draw, start, end, lambda right: f"(!{planted} && ({right}))")]
    call = kind == "swapped arguments"  # which are no expression together
    first, last = source.expression_around(start - call, end + call)
    if not first <= start < end <= last:
        return None
    mutated = source.text[first:start] + new + source.text[end:last]
    if "\n" in mutated:
        mutated = " ".join(re.sub(r"//[^\n]*", "", mutated).split())
    choices = [Choice(draw, first, last, lambda right: f"({planted} ? ({mutated}) : ({right}))")]
    if declaration := source.constexpr_before(first):  # of use where nobody needs it to be a constant
        choices.append(Choice(draw, *declaration, lambda right: "const"))
    return choices


def render(source, choices):
    """The text with all choices, nested as they lie; none may cross another."""
    ordered = sorted(choices, key=lambda choice: (choice.start, -choice.end, choice.number))

    def part(begin, end, rest):
        written = []
        while rest:
            first, inside = rest[0], [choice for choice in rest[1:] if choice.start < rest[0].end]
            written += [source.text[begin:first.start], first.written(part(first.start, first.end, inside))]
            begin = first.end
            rest = rest[1 + len(inside):]
        return "".join(written) + source.text[begin:end]

    return part(0, len(source.text), ordered)
