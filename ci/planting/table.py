"""The table of a record: who noticed what, and each survivor."""
from planting.places import JUDGES
from planting.workshop import AGREEMENT


def share(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else ""


def place_of(fault):
    was, became = (fault[key].replace("|", "\\|") for key in ("was", "became"))
    return f"| {fault['file']}:{fault['line']} | {fault['kind']} | `` {was} `` | `` {became} `` |"


def note_of(fault):
    unreached = "no test comes there" if fault.get("reached") is False else ""
    return fault.get("explained") or fault["noticed_by"] or unreached


def write_table(faults, out, options):
    part = f" **A part of a campaign: {len(faults)} of {options.count} faults.**" if len(faults) < options.count else ""
    alone = sum(not fault.get("joint") for fault in faults)
    lines = ["# Faults planted, and who noticed", "",
             f"Made by `ci/mutants --seed {options.seed}`.{part} A fault is noticed by the agreement check of its "
             "family (awkward sizes and quick workloads), by another test, or by nothing; *at first*: before tests "
             "were written for survivors. Shares are of the faults that have an effect. "
             f"{len(faults) - alone} faults were compiled together and chosen at run time, {alone} were planted alone, "
             "where the compiler needs a constant or faults overlap.", "",
             "| family | planted | by the check | by other tests | by nothing | without effect | noticed | at first | "
             "by the check |", "| --- | ---:| ---:| ---:| ---:| ---:| ---:| ---:| ---:|"]
    families = sorted({fault["family"] for fault in faults} - {JUDGES})
    groups = [*((family, [family]) for family in families), ("kernels and readers", families), (JUDGES, [JUDGES]),
              ("all", [*families, JUDGES])]
    for name, members in groups:
        chosen = [fault for fault in faults if fault["family"] in members]
        if not chosen:
            continue
        check = sum(fault["noticed_by"] == AGREEMENT for fault in chosen)
        without_effect = sum("explained" in fault for fault in chosen)
        nothing = sum(fault["noticed_by"] is None for fault in chosen) - without_effect
        real = len(chosen) - without_effect
        at_first = real - sum("explained" not in fault and (fault["noticed_by"] is None or "since" in fault)
                              for fault in chosen)
        lines.append(f"| {name} | {len(chosen)} | {check} | {real - check - nothing} | {nothing} | {without_effect} | "
                     f"{share(real - nothing, real)} | {share(at_first, real)} | {share(check, real)} |")
    survivors = [fault for fault in faults if fault["noticed_by"] is None]
    for heading, note, chosen in [
            ("Survivors", "what it is", [fault for fault in survivors if "explained" not in fault]),
            ("Without effect", "why", [fault for fault in survivors if "explained" in fault]),
            ("Noticed since", "by", [fault for fault in faults if "since" in fault])]:
        if not chosen:
            continue
        lines += ["", f"## {heading}", "",
                  f"| place | kind | was | became | {note} |", "| --- | --- | --- | --- | --- |"]
        lines += [f"{place_of(fault)} {note_of(fault)} |" for fault in chosen]
    (out / "README.md").write_text("\n".join(lines) + "\n")
