"""How the release binaries are made, as readelf and objdump see them."""
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
    if "X86-64" in head:
        # Debian's start files carry no mark for it, so the binary as a whole has none; its functions begin with it.
        main = output("objdump", "-d", "--no-show-raw-insn", "--disassemble=main", path)
        check(re.search(r"<main>:\n\s+[0-9a-f]+:\s+endbr64", main), f"{name}: landing pads for indirect branches")
    words = output("strings", "-a", path)
    check(packed.SOURCES + "/" not in words, f"{name}: no path of this machine in it")


def main():
    if packed.cached("SONDE_SANITIZE") or packed.cached("CMAKE_BUILD_TYPE") != "Release":
        harness.skip("this build is not a release")
    for program in ("readelf", "objdump", "strings"):
        harness.need(program)
    for name in packed.BINARIES.values():
        test_binary(harness.ours(name), name)


main()
