"""Writes the bill of materials of a package: SPDX 2.3 in JSON, with every library that its binary loads or contains.

usage: sbom.py PACKAGE VERSION BINARY OUTPUT    (SOURCE_DATE_EPOCH is the document's time)

The binary is asked (readelf for what it loads, its symbols for what is linked in), and packaging/licences.csv has the licences:
a library without a row is an error, so that nothing comes in unseen. Equal binaries on equal systems give equal files.
"""
import csv
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read_licences():
    path = pathlib.Path(__file__).with_name("licences.csv")
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def linked(binary):
    """The rows of the table that the binary needs, in the table's order; an unknown library ends the script."""
    rows = read_licences()
    loaded = set(re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "-dW", binary)))
    unknown = loaded - {row["name"] for row in rows}
    # The dynamic loader belongs to libc6.
    unknown = {name for name in unknown if not name.startswith("ld-linux")}
    if unknown:
        sys.exit(f"sbom.py: {binary} loads {', '.join(sorted(unknown))}: add a row to packaging/licences.csv")
    symbols = output("nm", "-C", binary)
    return [row for row in rows if row["name"] in loaded or
            row["how"] != "shared" and re.search(r"[ &*(<]" + re.escape(row["name"]), symbols)]


def version_of(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    return done.stdout or "NOASSERTION"


def identifier(text):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-")


def library(row):
    version = version_of(row["package"])
    out = {"SPDXID": identifier(row["package"]), "name": row["package"], "versionInfo": version,
           "supplier": "Organization: Debian", "originator": f"Organization: {row['supplier']}",
           "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": row["licence"],
           "licenseDeclared": row["licence"], "copyrightText": "NOASSERTION"}
    if version != "NOASSERTION":
        out["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                "referenceLocator": f"pkg:deb/debian/{row['package']}@{version}"}]
    return out


def document(package, version, binary):
    rows = linked(binary)
    packages = {row["package"]: library(row) for row in rows}
    ours = {"SPDXID": identifier(package), "name": package, "versionInfo": version, "supplier": "Organization: sonde",
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "Apache-2.0",
            "licenseDeclared": "Apache-2.0", "copyrightText": "The sonde authors", "primaryPackagePurpose": "APPLICATION"}
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": ours["SPDXID"]}]
    kinds = {"shared": "DYNAMIC_LINK", "static": "STATIC_LINK", "header": "CONTAINS"}
    for row in rows:
        relation = {"spdxElementId": ours["SPDXID"], "relationshipType": kinds[row["how"]],
                    "relatedSpdxElement": identifier(row["package"])}
        if relation not in relations:
            relations.append(relation)
    content = json.dumps([ours, list(packages.values()), relations], sort_keys=True).encode()
    created = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.timezone.utc)
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"{package}-{version}",
            "documentNamespace": f"https://example.org/spdx/{package}-{version}-{hashlib.sha256(content).hexdigest()[:32]}",
            "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: sonde packaging/sbom.py"]},
            "packages": [ours, *packages.values()], "relationships": relations}


def main():
    package, version, binary, path = sys.argv[1:]
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_text(json.dumps(document(package, version, binary), indent=1) + "\n")


main()
