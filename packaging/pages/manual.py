"""The manual page of a program, in man(7)."""
import datetime

# What a flag table does not know: name → (one-line purpose, paragraphs of more sections).
FILES = {
    "sonde-node-exporter": [("/var/lib/sonde-node-exporter", "Where jobs put *.prom files, when run by its unit.")],
    "sonde-blackbox-exporter": [("/etc/sonde/blackbox.yml", "The modules, when run by its unit.")],
    "sonde-pushgateway": [("/var/lib/sonde-pushgateway/groups", "What was pushed, when run by its unit.")],
    "sonde-scraper": [("/etc/sonde/prometheus.yml", "The configuration, when run by its unit."),
                      ("/var/lib/sonde-scraper", "The database, when run by its unit.")],
}
PURPOSES = {
    "sonde-node-exporter": "serve metrics of this machine over HTTP",
    "sonde-mysqld-exporter": "serve metrics of MySQL and MariaDB servers over HTTP",
    "sonde-redis-exporter": "serve metrics of Redis and Valkey servers over HTTP",
    "sonde-blackbox-exporter": "probe URLs and hosts on request and serve the outcome over HTTP",
    "sonde-pushgateway": "keep what short-lived jobs push and serve it over HTTP",
    "sonde-scraper": "scrape targets, store their samples and answer PromQL",
    "sondectl": "watch URLs, check configurations, query servers, make blocks",
}
SIGNALS = {"sonde-pushgateway": [("SIGTERM, SIGINT", "End cleanly: what was pushed is written first.")]}
USUAL_SIGNALS = [("SIGTERM, SIGINT", "End cleanly; requests in flight end first."),
                 ("SIGHUP", "Read the configuration again. A broken one changes nothing and is logged.")]
EXIT_CODES = {
    "sonde-scraper": [("0", "Ended on request."), ("1", "A failure after the start."),
                      ("2", "A bad flag, or a bad configuration at the start.")],
    "sondectl": [("0", "Good."), ("1", "Failed, or a bad flag."), ("3", "The check has findings.")],
}
USUAL_EXIT_CODES = [("0", "Ended on request."), ("1", "A bad flag or configuration, or a failure at the start.")]


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("^", "\\(ha").replace("~", "\\(ti")
    return "\\&" + text if text.startswith(".") else text


def tagged(rows):
    return "".join(f".TP\n.B {escape(left)}\n{escape(right)}\n" for left, right in rows)


def flag_text(flag):
    names = ([f"\\-{flag.letter}"] if flag.letter else [])
    names.append("\\-\\-" + ("[no\\-]" if flag.is_negatable else "") + escape(flag.name))
    out = ", ".join(f"\\fB{name}\\fR" for name in names)
    if flag.value:
        out += "=\\fI" + escape(flag.value) + "\\fR"
    if flag.is_repeatable:
        out += " ..."
    return f".TP\n{out}\n{escape(flag.help)}\n"


def write_manual(program, epoch):
    date = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%d")
    name = escape(program.name)
    out = f'.\\" Made from the flag tables of the program.\n.TH {program.name.upper()} 1 {date} "sonde {program.version}" "sonde"\n.ad l\n'
    out += f".SH NAME\n{name} \\- {escape(PURPOSES[program.name])}\n.SH SYNOPSIS\n"
    if program.verbs:
        for verb in program.verbs:
            out += f".B {escape(program.name + ' ' + verb.words)}\n"
            out += escape(verb.usage.removeprefix(f"{program.name} {verb.words}").strip()) + "\n.br\n"
    else:
        out += f".B {name}\n[\\fIflags\\fR]\n"
    if program.description:
        out += f".SH DESCRIPTION\n{escape(program.description)}.\n"
    out += ".SH OPTIONS\n" + "".join(flag_text(flag) for flag in program.flags)
    for verb in program.verbs:
        out += f".SS {escape(verb.words)}\n{escape(verb.help)}\n" + "".join(flag_text(flag) for flag in verb.flags)
        out += tagged(verb.arguments)
    if not program.verbs:
        out += ".SH SIGNALS\n" + tagged(SIGNALS.get(program.name, USUAL_SIGNALS))
        out += ".SH FILES\n" + tagged([(f"/etc/default/{program.name}", "Flags for its unit: ARGS.")] +
                                       FILES.get(program.name, []))
    out += ".SH EXIT STATUS\n" + tagged(EXIT_CODES.get(program.name, USUAL_EXIT_CODES))
    return out
