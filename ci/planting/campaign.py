"""Faults in a workshop: most of them compiled together, the others planted alone; and who notices each."""
import concurrent.futures
import queue
import sys

from planting import schemata
from planting.workshop import AGREEMENT, say


def key_of(fault):
    return [fault["file"], fault["was"], fault["became"]]


class Campaign:
    def __init__(self, workshop, faults):
        self.workshop = workshop
        self.choices = {}  # of each fault that is compiled with the others, by its draw
        self.texts = {}
        self.apart = []
        for fault in sorted(faults, key=lambda fault: fault["draw"]):
            choices = schemata.joint(self.source(fault["file"]), fault)
            if (choices is None or key_of(fault) in workshop.known["refused"] or
                    any(choice.crosses(other) for choice in choices for other in self.choices_in(fault["file"]))):
                self.apart.append(fault)
            else:
                self.choices[fault["draw"]] = fault["file"], choices, fault
        self.families = {fault["family"] for fault in faults}

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

    def prepare(self, tests):
        """One build of all faults that go together with these tests of each family, and each test without a fault. What
        the compiler refuses is left out of it."""
        workshop = self.workshop
        targets = None
        while True:
            workshop.lay_out({file: self.text(file) for file, _, _ in self.choices.values()})
            if targets is None:
                workshop.configure({file for file, _, _ in self.choices.values()} |
                                   {fault["file"] for fault in self.apart})
                asked = [(family, test) for family in sorted(self.families) for test in tests(family)]
                targets = sorted({target for _, test in asked for target in workshop.targets_of(test)})
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
                self.apart.append(fault)
                workshop.known["refused"].append(key_of(fault))
            workshop.keep()
        self.apart.sort(key=lambda fault: fault["draw"])
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

    def tests_for(self, fault):
        """The agreement test, then those that speak of the fault's file, then the cheapest; none that a fault which is
        compiled with others is known not to reach."""
        family, known = fault["family"], self.workshop.known["passes"]
        header = fault["file"].rpartition("/")[2].rpartition(".")[0] + ".hpp"
        tests = [test for test in self.workshop.tests_of(family) if known[f"{family}/{test}"]["seconds"] is not None
                 and (not self.is_together(fault) or fault["draw"] in known[f"{family}/{test}"]["reached"])]
        return sorted(tests, key=lambda test: (test != AGREEMENT,
                                               header not in self.workshop.tests[test].read_text(),
                                               known[f"{family}/{test}"]["seconds"]))

    def fails(self, test, fault, worker):
        """Whether a test notices, twice if it is one that might have failed by itself; and what that took."""
        family = fault["family"]
        limit = 30 + 4 * self.workshop.known["passes"][f"{family}/{test}"]["seconds"]
        active = fault["draw"] if self.is_together(fault) else None
        all_seconds = 0
        for _ in range(1 if test == AGREEMENT else 2):
            passed, seconds = self.workshop.run(test, family, worker, fault=active, limit=limit)
            all_seconds += seconds
            if passed:
                return False, all_seconds
        return True, all_seconds

    def try_agreement(self, worker, fault):
        """A fault of the common build, with the agreement test's word on it."""
        known = self.workshop.known["passes"][f"{fault['family']}/{AGREEMENT}"]
        if known["seconds"] is None or fault["draw"] not in known["reached"]:
            return {**fault, "noticed_by": None, "seconds": 0, "joint": True, "reached": False}
        failed, seconds = self.fails(AGREEMENT, fault, worker)
        return {**fault, "noticed_by": AGREEMENT if failed else None, "seconds": round(seconds, 1), "joint": True}

    def try_others(self, worker, fault):
        """The same fault, where the agreement test has not noticed it, with who did."""
        now = dict(fault)
        for test in self.tests_for(fault):
            now.pop("reached", None)
            if test == AGREEMENT:
                continue
            failed, seconds = self.fails(test, fault, worker)
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
            for test in self.tests_for(fault):
                if not workshop.compile(workshop.targets_of(test))[0]:
                    by = "compiler"
                    break
                failed, more = self.fails(test, fault, worker)
                seconds += more
                if failed:
                    by = test
                    break
        finally:
            workshop.write(file, self.text(file).encode())
        return {**fault, "noticed_by": by, "seconds": round(seconds + workshop.spent - before, 1)}
