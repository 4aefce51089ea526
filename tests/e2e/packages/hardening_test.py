"""How the release binaries are made, as readelf and objdump see them."""
import glob
import os
import re

import harness
import packed
from expositions import check
from packed import output


def test_binary(path, name):
    head = output("readelf", "-hW", path)
    segments = output("readelf", "-lW", path)
    dynamic = output("readelf", "-dW", path)
    symbols = output("readelf", "-W", "--dyn-syms", path)
    check("DYN (Position-Independent Executable" in head and "PIE" in dynamic, f"{name}: position independent")
    check("GNU_RELRO" in segments and re.search(r"FLAGS.*(BIND_NOW|NOW)", dynamic), f"{name}: full RELRO")
    stack = next(line for line in segments.splitlines() if "GNU_STACK" in line)
    check("RWE" not in stack, f"{name}: no executable stack")
    check(not re.search(r"LOAD.*RWE", segments), f"{name}: no page both writable and executable")
    check("__stack_chk_fail" in symbols, f"{name}: guarded stacks")
    check(re.search(r"__\w+_chk\b(?<!__stack_chk)", symbols), f"{name}: checked libc calls")
    check("TEXTREL" not in dynamic and "RPATH" not in dynamic and "RUNPATH" not in dynamic, f"{name}: no text relocations, no search path")
    test_landing_pads(path, name, head)
    words = output("strings", "-a", path)
    check(packed.SOURCES + "/" not in words, f"{name}: no path of this machine in it")


def features(path):
    """What each object of a file or an archive says of control-flow protection: a set of marks per object."""
    notes = re.split(r"^File: ", output("readelf", "-nW", path), flags=re.M)
    return [set(re.findall(r"IBT|SHSTK|BTI|PAC", " ".join(re.findall(r"feature: (.*)", note)))) for note in notes[1:] or notes]


def test_landing_pads(path, name, head):
    """The linker marks a binary only when every object in it is marked. All of ours are; where the C library's start files are not
    (Debian 12's), the binary has none, and the loader would not turn the protection on for its libraries' sake either."""
    wanted, first = ({"IBT", "SHSTK"}, r"endbr64") if "X86-64" in head else ({"BTI", "PAC"}, r"(bti|paciasp)")
    start = output(packed.cached("CMAKE_CXX_COMPILER"), "-print-file-name=Scrt1.o").strip()
    if wanted <= features(start)[0]:
        check(wanted <= features(path)[0], f"{name}: marked for {wanted}")
    main_code = output("objdump", "-d", "--no-show-raw-insn", "--disassemble=main", path)
    check(re.search(r"<main>:\n\s+[0-9a-f]+:\s+" + first, main_code), f"{name}: landing pads for indirect branches")


def test_objects():
    """Every object that goes into a binary is compiled with the protection, so that a C library with marked start files is enough."""
    paths = [path for part in ("common", "exporters", "scraper") for path in
             glob.glob(os.path.join(packed.BUILD, part, "**/*.o"), recursive=True)]
    check(len(paths) > 100, f"{len(paths)} objects are here")
    unmarked = [path for path in paths if not features(path)[0] & {"IBT", "BTI"}]
    check(not unmarked, f"all are marked for landing pads; not: {unmarked[:3]}")
    start = output(packed.cached("CMAKE_CXX_COMPILER"), "-print-file-name=Scrt1.o").strip()
    if not features(start)[0]:
        print(f"note: {start} has no mark for landing pads, so that no binary here can have one")


def main():
    if packed.cached("SONDE_SANITIZE") or packed.cached("CMAKE_BUILD_TYPE") != "Release":
        harness.skip("this build is not a release")
    for program in ("readelf", "objdump", "strings"):
        harness.need(program)
    for name in packed.BINARIES.values():
        test_binary(harness.ours(name), name)
    test_objects()


main()
