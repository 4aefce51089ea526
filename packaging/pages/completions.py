"""Completions for bash, zsh and fish. A flag completes to its name; a value to its choices, or to paths where it is one."""


def spelled(flag):
    """All ways to begin the flag: with = where a value follows."""
    names = [f"--{flag.name}" + ("" if flag.is_boolean else "=")]
    if flag.is_negatable:
        names.append(f"--no-{flag.name}")
    if flag.letter:
        names.append(f"-{flag.letter}")
    return names


def switches(flag):
    return [f"--{flag.name}"] + ([f"-{flag.letter}"] if flag.letter else [])


# bash

BASH_HEAD = """# Made from the flag tables of the program.
{function}() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}
    # bash makes a word of the "=" in --flag=value.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
"""
BASH_TAIL = """    [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}}
complete -F {function} {program}
"""


def bash_values(flags, indent):
    choices = [flag for flag in flags if flag.choices]
    paths = [name for flag in flags if flag.is_path for name in switches(flag)]
    others = [name for flag in flags if not flag.is_boolean and not flag.choices and not flag.is_path
              for name in switches(flag)]
    out = f"{indent}case $prev in\n"
    for flag in choices:
        out += f"{indent}    {'|'.join(switches(flag))}) mapfile -t COMPREPLY < <(compgen -W '{' '.join(flag.choices)}' -- \"$cur\"); return ;;\n"
    if paths:
        out += f"{indent}    {'|'.join(paths)}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
    if others:
        out += f"{indent}    {'|'.join(others)}) return ;;\n"
    return out + f"{indent}esac\n" if out.count("\n") > 1 else ""


def bash_words(flags, indent):
    words = " ".join(name for flag in flags for name in spelled(flag))
    return f"{indent}mapfile -t COMPREPLY < <(compgen -W '{words}' -- \"$cur\")\n"


def write_bash(program):
    function = "_" + program.name.replace("-", "_")
    out = BASH_HEAD.format(function=function)
    if program.verbs:
        out += "    local words='' i\n    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        out += "        [[ ${COMP_WORDS[i]} == -* ]] && break\n        words+=\" ${COMP_WORDS[i]}\"\n    done\n    case $words in\n"
        for verb in longest_first(program.verbs):
            out += f"        ' {verb.words}'*)\n" + bash_values(verb.flags, "            ")
            out += "            if [[ $cur == -* ]]; then\n" + bash_words(verb.flags, "                ")
            if takes_files(verb):
                out += "            else\n                compopt -o filenames 2>/dev/null\n"
                out += "                mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
            elif steps_after(program, verb):
                out += f"            else\n                mapfile -t COMPREPLY < <(compgen -W '{steps_after(program, verb)}' -- \"$cur\")\n"
            out += "            fi ;;\n"
        for prefix, nexts in verb_steps(program):
            words = " ".join(nexts + ([] if prefix else [n for flag in program.flags for n in spelled(flag)]))
            out += f"        '{prefix}') mapfile -t COMPREPLY < <(compgen -W '{words}' -- \"$cur\") ;;\n"
        out += "    esac\n"
    else:
        out += bash_values(program.flags, "    ") + bash_words(program.flags, "    ")
    return out + BASH_TAIL.format(function=function, program=program.name)


def verb_steps(program):
    """(words so far, words that may follow), for every beginning of a verb."""
    steps = {}
    for verb in program.verbs:
        words = verb.words.split()
        for count in range(len(words)):
            nexts = steps.setdefault("".join(" " + word for word in words[:count]), [])
            if words[count] not in nexts:
                nexts.append(words[count])
    return sorted(steps.items())


def longest_first(verbs):
    """So that `watch list` is looked for before `watch`."""
    return sorted(verbs, key=lambda verb: (-len(verb.words.split()), verb.words))


def steps_after(program, verb):
    """The words that make another verb of this one, in one text."""
    return " ".join(dict(verb_steps(program)).get(" " + verb.words, []))


def takes_files(verb):
    return any(word in name for name, _ in verb.arguments for word in ("file", "directory"))


# zsh

def zsh_quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_argument(flag):
    text = flag.help.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    rows = []
    for name in switches(flag):
        action = ""
        if not flag.is_boolean:
            name += "=" if name.startswith("--") else "+"
            kind = f"({' '.join(flag.choices)})" if flag.choices else "_files" if flag.is_path else " "
            action = f":value:{kind}"
        rows.append(zsh_quote(("*" if flag.is_repeatable else "") + name + f"[{text}]" + action))
    if flag.is_negatable:
        rows.append(zsh_quote(f"--no-{flag.name}[{text}]"))
    return rows


def zsh_arguments(flags, indent, rest=()):
    rows = [row for flag in flags for row in zsh_argument(flag)] + list(rest)
    return f"{indent}_arguments \\\n" + " \\\n".join(f"{indent}  {row}" for row in rows) + "\n"


def write_zsh(program):
    out = f"#compdef {program.name}\n# Made from the flag tables of the program.\n"
    if not program.verbs:
        return out + zsh_arguments(program.flags, "")
    out += "local spoken=\"${(j: :)${(@)words[2,CURRENT-1]:#-*}}\"\ncase $spoken in\n"
    for verb in longest_first(program.verbs):
        skipped = len(verb.words.split())
        out += f"  {zsh_quote(verb.words)}*)\n    shift {skipped} words; (( CURRENT -= {skipped} ))\n"
        words = steps_after(program, verb)
        rest = "'*:file:_files'" if takes_files(verb) else f"'*:argument:({words})'" if words else "'*:argument: '"
        out += zsh_arguments(verb.flags, "    ", [rest]) + "    ;;\n"
    for prefix, nexts in verb_steps(program):
        out += f"  {zsh_quote(prefix.strip())}) compadd -- {' '.join(nexts)} ;;\n"
    return out + "esac\n"


# fish

def fish_quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_flag(program, flag, condition):
    head = f"complete -c {program.name}" + (f" -n {fish_quote(condition)}" if condition else "")
    row = f"{head} -l {flag.name}" + (f" -s {flag.letter}" if flag.letter else "")
    if flag.choices:
        row += f" -x -a {fish_quote(' '.join(flag.choices))}"
    elif not flag.is_boolean:
        row += " -r -F" if flag.is_path else " -x"
    out = row + f" -d {fish_quote(flag.help)}\n"
    if flag.is_negatable:
        out += f"{head} -l no-{flag.name} -d {fish_quote('Not: ' + flag.help)}\n"
    return out


def write_fish(program):
    out = "# Made from the flag tables of the program.\n"
    if not program.verbs:
        out += f"complete -c {program.name} -f\n"
        return out + "".join(fish_flag(program, flag, "") for flag in program.flags)
    spoken = f"__fish_{program.name}_spoken"
    out += f"function {spoken}\n    set -l words (commandline -opc)[2..]\n"
    out += "    set -l words (string match -v -- '-*' $words)\n    test \"$words[1..$argv[1]]\" = \"$argv[2]\"\nend\n"
    out += f"function {spoken}_just\n    set -l words (commandline -opc)[2..]\n    test \"$words\" = \"$argv[1]\"\nend\n"
    for prefix, nexts in verb_steps(program):
        just = f"{spoken}_just {fish_quote(prefix.strip())}"
        out += f"complete -c {program.name} -f -n {fish_quote(just)} -a {fish_quote(' '.join(nexts))}\n"
    for flag in program.flags:
        out += fish_flag(program, flag, f"{spoken}_just ''")
    for verb in program.verbs:
        condition = f"{spoken} {len(verb.words.split())} {fish_quote(verb.words)}"
        for other in program.verbs:
            if other.words.startswith(verb.words + " "):
                condition += f"; and not {spoken} {len(other.words.split())} {fish_quote(other.words)}"
        out += "".join(fish_flag(program, flag, condition) for flag in verb.flags)
    return out
