#!/bin/sh
# The life of every .rpm: installed, started, scraped, upgraded, erased. Run as root INSIDE a root that may be spoilt; the database
# of RPM is a new one, which knows nothing of the libraries that are there (--nodeps).
#
# usage: rpm_lifecycle.sh FOLDER    with the .rpm of each package, and those of a later version in FOLDER/later
set -eu

debs=$1
. "$(dirname "$0")/life_steps.sh"

run_rpm() {  # NAME ARGUMENT…: what a scriptlet says is shown; one that fails is rpm's warning, and a failure here
  name=$1
  shift
  rpm --dbpath /tmp/rpmdb --nodeps "$@" >/tmp/rpm.log 2>&1 || { cat /tmp/rpm.log >&2; fail "$name: rpm $*"; }
  ! grep -Eq 'scriptlet failed|: No such file|^(error|warning: %)' /tmp/rpm.log || { cat /tmp/rpm.log >&2; fail "$name: rpm $* complains"; }
}

# RPM keeps what an administrator edited and what the service stored, and has no purge: docs/operations.md says what is left.
left_of() {  # NAME
  echo "/etc/default/$1"
  conffile=$(conffile_of "$1")
  [ -z "$conffile" ] || printf '%s\n' /etc/sonde "$conffile.rpmnew" "$conffile.rpmsave"
  [ ! -d "/var/lib/$1" ] || find "/var/lib/$1"
  ! getent passwd "$1" >/dev/null || printf '%s\n' "group: $1" "gshadow: $1" "passwd: $1" "shadow: $1"
}

check_left() {  # NAME
  snapshot >/tmp/after
  left_of "$1" | sort >/tmp/allowed
  diff /tmp/before /tmp/after | sed -n 's/^< /gone: /p; s/^> //p' | sort >/tmp/left
  unexpected=$(comm -23 /tmp/left /tmp/allowed)
  [ -z "$unexpected" ] || fail "$1: the erasure leaves or takes $unexpected"
}

forget() {  # NAME: as docs/operations.md says it is done by hand
  rm -rf "/etc/default/$1" "/var/lib/$1"
  conffile=$(conffile_of "$1")
  [ -z "$conffile" ] || rm -f "$conffile.rpmnew" "$conffile.rpmsave"
  rmdir /etc/sonde 2>/dev/null || :
  ! getent passwd "$1" >/dev/null || userdel "$1"
}

life() {  # NAME PORT
  snapshot >/tmp/before
  run_rpm "$1" -i "$debs/$1"-0*.rpm
  [ -e "/etc/default/$1" ] || fail "$1: no /etc/default/$1"
  [ -z "$(rpm --dbpath /tmp/rpmdb -V --nodeps "$1")" ] || fail "$1: rpm -V: $(rpm --dbpath /tmp/rpmdb -V --nodeps "$1")"
  # As the host's preset says; Debian's has no word on it, which is "enable".
  [ -e "/etc/systemd/system/multi-user.target.wants/$1.service" ] || fail "$1: the preset is not followed"
  judge_unit "$1"
  give_account "$1"
  begin "$1"
  check_running "$1" "$2"
  edit "$1"
  end "$1"
  run_rpm "$1" -U "$debs/later/$1"-99*.rpm
  check_edits "$1"
  conffile=$(conffile_of "$1")
  [ -z "$conffile" ] || grep -q "the package's own change" "$conffile.rpmnew" || fail "$1: no .rpmnew beside the edited file"
  [ -e "/etc/systemd/system/multi-user.target.wants/$1.service" ] || fail "$1: the upgrade disables it"
  begin "$1"
  check_running "$1" "$2"
  end "$1"
  say "$1: upgraded to $(rpm --dbpath /tmp/rpmdb -q --qf '%{VERSION}' "$1"), edits are kept"
  run_rpm "$1" -e "$1"
  [ ! -e "/usr/bin/$1" ] || fail "$1: its binary is left"
  grep -q '^# edited' "/etc/default/$1" || fail "$1: the edit of /etc/default is gone"
  [ -z "$conffile" ] || grep -q '^# edited' "$conffile.rpmsave" || fail "$1: the edited $conffile is not saved"
  drop_account
  check_left "$1"
  forget "$1"
  snapshot >/tmp/after
  diff /tmp/before /tmp/after >&2 || fail "$1: something is left"
  say "$1: erased; its edits and its state are kept and nothing else is left"
}

rpm --dbpath /tmp/rpmdb --initdb
rpm --dbpath /tmp/rpmdb --version
for service in $services; do
  life "${service%:*}" "${service#*:}"
done
run_rpm all -i "$debs"/*.rpm
sondectl --version >/dev/null
# shellcheck disable=SC2046
run_rpm all -e $(rpm --dbpath /tmp/rpmdb -qa)
say "sonde: all at once, and erased"
echo LIFECYCLE COMPLETE
