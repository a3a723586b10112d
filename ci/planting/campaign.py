"""Faults in a workshop: most of them compiled together, the others planted alone; and who notices each."""
import concurrent.futures
import queue
import sys

from planting import schemata
from planting.places import subjects
from planting.workshop import AGREEMENT, say


def key_of(fault):
    return [fault["file"], fault["was"], fault["became"]]


class Campaign:
    def __init__(self, workshop, faults, beside=()):
        """Those of `beside` are compiled, too, and not tried: a build is then the same when a campaign goes on."""
        self.workshop = workshop
        self.choices = {}  # of each fault that is compiled with the others, by its draw
        self.texts = {}
        self.files = {fault["file"] for fault in [*faults, *beside]}
        for fault in sorted([*faults, *beside], key=lambda fault: fault["draw"]):
            choices = schemata.joint(self.source(fault["file"]), fault)
            if choices is not None and key_of(fault) not in workshop.known["refused"] and not any(
                    choice.crosses(other) for choice in choices for other in self.choices_in(fault["file"])):
                self.choices[fault["draw"]] = fault["file"], choices, fault
        self.families = {family for fault in faults for family in self.families_of(fault)}

    def families_of(self, fault):
        """Whose tests may notice a fault: those of its family, and of what supports all of them everybody's."""
        return list(subjects(self.workshop.sources)) if fault["file"].startswith("impl/support/") else [fault["family"]]

    def source(self, file):
        if file not in self.texts:
            self.texts[file] = schemata.Source((self.workshop.sources / file).read_text())
        return self.texts[file]

    def choices_in(self, file):
        found = {}  # one of each: two faults may make the same declaration no constant
        for of_file, choices, _ in self.choices.values():
            for choice in choices if of_file == file else []:
                found[choice.start, choice.end, choice.written("")] = choice
        return list(found.values())

    def text(self, file, more=()):
        """A file with its choices, and a fault that is planted alone."""
        choices = [choice for choice in self.choices_in(file) if not any(choice.crosses(other) for other in more)]
        return schemata.render(self.source(file), [*choices, *more])

    def prepare(self):
        """One build of all faults that go together with the tests of each family, and each case of the tests without a
        fault. What the compiler refuses is left out of it."""
        workshop = self.workshop
        targets = None
        while True:
            workshop.lay_out({file: self.text(file) for file, _, _ in self.choices.values()})
            if targets is None:
                workshop.configure(self.files)
                targets = sorted({target for family in self.families for test in workshop.tests_of(family)
                                  for target in workshop.targets_of(test)})
            say(f"building {len(self.choices)} faults together")
            built, failures = workshop.compile(targets)
            if built:
                break
            refused = set().union(*(self.culprits(failure) for failure in failures))
            if not refused:
                sys.exit("ci/mutants: this does not build, and no fault is there:\n" + "\n".join(failures)[:4000])
            for draw in refused:
                fault = self.choices.pop(draw)[2]
                say(f"  not together: {fault['file']}:{fault['line']} {fault['kind']}: {fault['was']}")
                workshop.known["refused"].append(key_of(fault))
            workshop.keep()
        self.cases = {(family, test): workshop.cases_of(family, test)
                      for family in sorted(self.families) for test in workshop.tests_of(family)}
        asked = sorted({(test, case) for (_, test), cases in self.cases.items() for case in cases})
        list(self.at_once(lambda worker, pair: workshop.pass_without_fault(*pair, worker), asked))

    def culprits(self, message):
        """The faults that a compiler's message is about: where its errors are, or in what else it names."""
        errors, all_ = self.workshop.places_said(message)
        for places in (errors, all_):
            found = {draw for draw, (file, choices, _) in self.choices.items() for choice in choices
                     if any((file, line) in places
                            for line in range(self.source(file).line_of(choice.start),
                                              self.source(file).line_of(choice.end) + 1))}
            likely = {draw for draw in found if self.choices[draw][2]["kind"] == "swapped arguments"}
            if found:
                return likely or found
        files = {file for file, _ in all_}
        return {draw for draw, (file, _, _) in self.choices.items() if file in files}

    def at_once(self, work, tasks, most=None):
        """The results of work(worker, task), as they come, as many at once as there are jobs."""
        jobs = most or self.workshop.jobs
        free = queue.SimpleQueue()
        for worker in range(jobs):
            free.put(worker)

        def one(task):
            worker = free.get()
            try:
                return work(worker, task)
            finally:
                free.put(worker)
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for future in concurrent.futures.as_completed([pool.submit(one, task) for task in tasks]):
                yield future.result()

    def is_together(self, fault):
        return fault["draw"] in self.choices

    def passes(self, test, cases):
        """What is known of the cases that pass without a fault."""
        all_ = {case: self.workshop.known["passes"][f"{test}/{case}"] for case in cases}
        return {case: known for case, known in all_.items() if known["seconds"] is not None}

    def reaching(self, fault, family, test):
        """The cases of a family's test that come to the fault's place, and whether one is far from it, with what each
        takes. There is no telling where a fault is compiled alone: near is then what comes to any fault of its file."""
        passes = self.passes(test, self.cases[family, test])
        if self.is_together(fault):
            return [(case, False, known["seconds"]) for case, known in passes.items()
                    if fault["draw"] in known["reached"]]
        near = {draw for draw, (file, _, _) in self.choices.items() if file == fault["file"]}
        return [(case, near.isdisjoint(known["reached"]), known["seconds"]) for case, known in passes.items()]

    def tests_for(self, fault):
        """The cases of tests that may notice: the agreement test's, then those of tests that speak of the fault's file,
        then the others; the cheapest first. Each will be a process, since a fault may well make a case endless."""
        header = fault["file"].rpartition("/")[2].rpartition(".")[0] + ".hpp"
        cases = [((test != AGREEMENT, header not in self.workshop.tests[test].read_text(), far, seconds), test, case)
                 for family in self.families_of(fault) for test in self.workshop.tests_of(family)
                 for case, far, seconds in self.reaching(fault, family, test)]
        return [(test, case, order[-1]) for order, test, case in sorted(cases)]

    def fails(self, test, case, usual, fault, worker):
        """Whether a case notices that usually takes so many seconds, twice if it might have failed by itself; and what
        that took."""
        active = fault["draw"] if self.is_together(fault) else None
        all_seconds = 0
        for _ in range(1 if test == AGREEMENT else 2):
            passed, seconds = self.workshop.run(test, case, worker, fault=active, limit=10 + 4 * usual)
            all_seconds += seconds
            if passed:
                return False, all_seconds
        return True, all_seconds

    def try_together(self, worker, fault):
        """A fault of the common build, with who notices it."""
        now = {**fault, "noticed_by": None, "seconds": 0, "joint": True}
        tests = self.tests_for(fault)
        if not tests:
            now["reached"] = False
        for test, case, usual in tests:
            failed, seconds = self.fails(test, case, usual, fault, worker)
            now["seconds"] = round(now["seconds"] + seconds, 1)
            if failed:
                now["noticed_by"] = test
                break
        return now

    def try_alone(self, worker, fault):
        """A fault that is compiled by itself, among the others, of which none is active."""
        workshop, file = self.workshop, fault["file"]
        by, seconds, before = None, 0, workshop.spent
        text = self.text(file, schemata.alone(self.source(file), fault))
        if not workshop.accepts(file, text):
            return {**fault, "noticed_by": "compiler", "seconds": 0}
        workshop.write(file, text.encode())
        try:
            compiled = set()
            for test, case, usual in self.tests_for(fault):
                if test not in compiled and not workshop.compile(workshop.targets_of(test))[0]:
                    by = "compiler"
                    break
                compiled.add(test)
                failed, more = self.fails(test, case, usual, fault, worker)
                seconds += more
                if failed:
                    by = test
                    break
        finally:
            workshop.write(file, self.text(file).encode())
        return {**fault, "noticed_by": by, "seconds": round(seconds + workshop.spent - before, 1)}
