"""The copy of the project that faults are planted in: its files, its build, its tests."""
import hashlib
import json
import os
import pathlib
import platform
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time

from planting import schemata
from planting.places import JUDGES

AGREEMENT = "agreement_test"
PROGRAMS = ["tandem", "tandem_broken"]  # what tests other than the agreement test may call
POLLS_WITHOUT_PROGRESS = 60  # seconds in which a process uses no processor, while this one runs, before it is ended


def say(text):
    print(text, file=sys.stderr, flush=True)


def flags():
    """What is added to the compiler's command: -O1, and two SIMD targets of Highway, the smallest and the widest."""
    result = ["-O1", "-w"]
    if platform.machine() == "x86_64":
        processor = pathlib.Path("/proc/cpuinfo").read_text()
        widest = 8 if "avx512f" in processor else 9 if "avx2" in processor else 11  # Highway's bits: AVX3, AVX2, SSE4
        left_out = sum(1 << bit for bit in (3, 4, 6, 7, 8, 9, 11, 12) if bit != widest)  # the smallest cannot be
        result.append(f"-DHWY_DISABLED_TARGETS={left_out}LL")
    return result


def processor_seconds_of(group):
    """What the living processes of a group have used, with their children that have ended."""
    ticks = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


class Workshop:
    def __init__(self, project, folder, jobs):
        self.project, self.folder, self.jobs = project, folder, jobs
        self.sources = folder / "sources"  # as they are
        self.tree = folder / "tree"        # with faults
        self.build = self.tree / "build/mutants"
        self.spent = 0.0  # seconds of a processor, without those of tests
        shutil.rmtree(self.sources, ignore_errors=True)
        self.sources.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=project, check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "-x"], cwd=self.sources, check=True, input=archive)
        self.files = [file.relative_to(self.sources) for file in self.sources.rglob("*") if file.is_file()]
        self.know_tests()
        self.kept = folder / "known.json"
        self.known = {"refused": [], "passes": {}, **(json.loads(self.kept.read_text()) if self.kept.exists() else {})}
        self.stamps = {}

    def keep(self):
        self.kept.write_text(json.dumps(self.known))

    def lay_out(self, faulty):
        """The sources into the tree, those of `faulty` (a text by file) with faults. What is right already is not
        touched, or it would be compiled again."""
        for folder, folders, names in os.walk(self.tree):
            below = pathlib.Path(folder).relative_to(self.tree)
            if folder == str(self.tree):
                folders[:] = [name for name in folders if name != "build"]
            for name in names:
                if not (self.sources / below / name).exists():
                    (self.tree / below / name).unlink()
        for file in self.files:
            self.write(file, faulty[str(file)].encode() if str(file) in faulty else (self.sources / file).read_bytes())

    def write(self, file, content):
        to = self.tree / file
        if not to.exists() or to.read_bytes() != content:
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(content)
            to.chmod((self.sources / file).stat().st_mode)

    def configure(self, faulty):
        data = self.project / "build/data"
        self.build.mkdir(parents=True, exist_ok=True)
        if data.exists() and not (self.tree / "build/data").exists():
            (self.tree / "build/data").symlink_to(data)
        # The compiler is called by a script, which adds flags without telling the build system.
        header, compiler, self.units = (self.folder / name for name in ("tandem_faults.hpp", "compiler", "units"))
        if not header.exists() or header.read_text() != schemata.HEADER:
            header.write_text(schemata.HEADER)
        compiler.write_text(f"""#!/bin/sh
for source; do :; done  # the last argument
grep -qxF "$source" {shlex.quote(str(self.units))} || exec "$@"
for word; do shift; [ "$word" = -Werror ] || set -- "$@" "$word"; done
exec "$@" {shlex.join(self.flags())}
""")
        compiler.chmod(0o755)
        cache = os.environ.get("CMAKE_CXX_COMPILER_LAUNCHER")
        linker = ["-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld"] if shutil.which("ld.lld") else []
        command = ["cmake", "--preset", os.environ.get("TANDEM_PRESET", "release"), "-B", str(self.build), *linker,
                   f"-DCMAKE_CXX_COMPILER_LAUNCHER={compiler}{';' + cache if cache else ''}"]
        if subprocess.run(command, cwd=self.tree, stdout=subprocess.DEVNULL).returncode != 0:
            sys.exit(f"ci/mutants: {shlex.join(command)} failed")
        self.choose_flags(faulty)

    def choose_flags(self, faulty):
        """What has to do with a fault is compiled with them, and where nobody keeps what was compiled (a compiler
        cache, by CMAKE_CXX_COMPILER_LAUNCHER) everything is. The rest is as the preset says, since it is there."""
        commands = json.loads((self.build / "compile_commands.json").read_text())
        read = {}

        def includes(file):
            if file not in read:
                read[file] = {file}
                text = pathlib.Path(file).read_text() if os.path.exists(file) else ""
                for name in re.findall(r'#\s*include "([^"]+)"', text):
                    read[file] |= includes(os.path.join(self.tree, name))
            return read[file]
        wanted = {str(self.tree / file) for file in faulty}
        suite = str(self.tree / "benchmarks/suite") + "/"
        units = [command["file"] for command in commands if "CMAKE_CXX_COMPILER_LAUNCHER" not in os.environ or
                 any(file in wanted or (file.startswith(suite) and file.endswith(".cpp"))
                     for file in includes(command["file"]))]
        self.units.write_text("\n".join(units) + "\n")

    def flags(self):
        return [*flags(), "-include", str(self.folder / "tandem_faults.hpp")]

    def know_tests(self):
        """The tests by name, as tests/CMakeLists.txt names them."""
        self.tests = {}
        for source in sorted((self.sources / "tests").glob("*/*_test.cpp")):
            folder, name = source.parent.name, source.stem
            own = folder != "suite" and not name.startswith(folder + "_")
            self.tests[f"{folder}_{name}" if own else name] = source

    def compile(self, targets):
        """Whether all targets are built; what the compiler says, file by file."""
        self.stamps = {}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ninja = subprocess.run(["ninja", "-C", str(self.build), "-k", "0", "-j", str(self.jobs), *targets],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.spent += used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        return ninja.returncode == 0, re.split(r"^FAILED: ", ninja.stdout, flags=re.MULTILINE)[1:]

    def places_said(self, message):
        """The files and lines of a compiler's message: those of its errors, and all that it names."""
        errors, all_ = [], []
        for file, line, what in re.findall(r"([^\s:,()]+\.(?:cpp|hpp)):(\d+)(?::\d+)?[:,]?( error)?", message):
            path = pathlib.Path(os.path.normpath(self.build / file))
            if path.is_relative_to(self.tree):
                place = str(path.relative_to(self.tree)), int(line)
                all_.append(place)
                if what:
                    errors.append(place)
        return errors, all_

    def accepts(self, file, text):
        """Whether the compiler takes this text of a file, where one of its users is compiled."""
        commands = json.loads((self.build / "compile_commands.json").read_text())
        users = [command for command in commands if command["file"] == str(self.tree / file)]
        if not users:
            if not hasattr(self, "uses"):
                deps = subprocess.run(["ninja", "-C", str(self.build), "-t", "deps"], stdout=subprocess.PIPE, text=True)
                self.uses = {}
                for block in deps.stdout.split("\n\n"):
                    output, *read = block.split("\n")
                    for path in read:
                        path = os.path.normpath(self.build / path.strip())
                        self.uses.setdefault(path, set()).add(output.split(":")[0])
            objects = self.uses.get(str(self.tree / file), set())
            users = [command for command in commands
                     if any(command["command"].find(f" -o {name} ") >= 0 for name in objects)]
            users.sort(key=lambda command: pathlib.Path(file).parts[1] not in command["file"])
        if not users:
            return True
        command = shlex.split(users[0]["command"])
        command = command[next(i for i, word in enumerate(command) if re.search(r"(\+\+|clang|c\+\+)[-\d]*$", word)):]
        right, times = (self.tree / file).read_bytes(), (self.tree / file).stat()
        try:
            (self.tree / file).write_text(text)
            return subprocess.run([*command, *self.flags(), "-fsyntax-only"], cwd=users[0]["directory"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
        finally:
            (self.tree / file).write_bytes(right)
            os.utime(self.tree / file, ns=(times.st_atime_ns, times.st_mtime_ns))

    def targets_of(self, test):
        return [test] if test == AGREEMENT else [test, *PROGRAMS]

    def tests_of(self, family):
        folders = ("suite", "regression", "program", "skeleton") if family == JUDGES else (family,)
        return [AGREEMENT, *(test for test, source in self.tests.items()
                             if source.parent.name in folders and test != AGREEMENT)]

    def cases_of(self, family, test):
        """The names of a test's cases. Those of the agreement test are the family's, with quick workloads on one
        target."""
        only = []
        if test == AGREEMENT:
            method = f"{'skeleton' if family == JUDGES else family}_*"
            only = [f"--gtest_filter=*.AtAwkwardSizes/{method}:*.OnQuickWorkloads/{method}AVX3:"
                    f"*.OnQuickWorkloads/{method}AVX2:*.OnQuickWorkloads/{method}NEON"]
        listed = subprocess.run([str(self.build / "tests" / test), "--gtest_list_tests", *only], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        suite, cases = "", []
        for line in listed.splitlines():
            name = line.partition("#")[0].rstrip()
            if name.startswith("  "):
                cases.append(suite + name.strip())
            elif name.endswith("."):
                suite = name
        return cases

    def run(self, test, case, worker, fault=None, reached=None, limit=3600):
        """Whether a case of a test passes, and the seconds of a processor that it takes; no more than `limit`, since a
        fault may well make a loop endless, and none that waits for ever."""
        own = self.folder / f"worker_{worker}"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir()
        environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "TMPDIR": str(own)}
        environment.update({} if fault is None else {"TANDEM_FAULT": str(fault)},
                           **({} if reached is None else {"TANDEM_FAULTS_REACHED": str(reached)}))

        def limited():
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit)))
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 32, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_DATA, (1 << 33, 1 << 33))
        process = subprocess.Popen([str(self.build / "tests" / test), f"--gtest_filter={case}", "--gtest_brief=1"],
                                   cwd=own, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, preexec_fn=limited, env=environment)
        pause, polls, used = 0.05, 0, 0.0
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                process.returncode = os.waitstatus_to_exitcode(status)
                break
            time.sleep(pause)
            pause = min(1.0, 1.2 * pause)
            if pause == 1.0:
                now = processor_seconds_of(process.pid)
                polls = 0 if now > used else polls + 1
                used = max(now, used)
                if polls >= POLLS_WITHOUT_PROGRESS or now > limit:
                    os.killpg(process.pid, signal.SIGKILL)
        try:
            os.killpg(process.pid, signal.SIGKILL)  # what it left
        except ProcessLookupError:
            pass
        return process.returncode == 0, usage.ru_utime + usage.ru_stime

    def stamp(self, test):
        """What a test was linked to."""
        if test not in self.stamps:
            programs = [self.build / "tests" / test, *([] if test == AGREEMENT else [self.build / "tandem"])]
            self.stamps[test] = [hashlib.blake2b(program.read_bytes(), digest_size=16).hexdigest()
                                 for program in programs]
        return self.stamps[test]

    def pass_without_fault(self, test, case, worker):
        """What a case of a test takes, and which places it reaches; {"seconds": None} where it fails. Asked once for a
        build."""
        key = f"{test}/{case}"
        known = self.known["passes"].get(key)
        if known and known["stamp"] == self.stamp(test):
            return known
        reached = self.folder / f"reached_{worker}"
        reached.write_bytes(bytes(schemata.MOST))
        for _ in range(3):  # one that measures time may fail on a busy machine
            passed, seconds = self.run(test, case, worker, reached=reached)
            if passed:
                break
        else:
            say(f"{key} fails without a fault, and is left out")
        known = {"stamp": self.stamp(test), "seconds": round(seconds, 1) if passed else None,
                 "reached": [number for number, mark in enumerate(reached.read_bytes()) if mark]}
        self.known["passes"][key] = known
        self.keep()
        return known
