#!/bin/sh
# The life of every package on a host: installed, started, scraped, upgraded, removed, purged. Run as root INSIDE a root that may
# be spoilt: lifecycle_test.py makes one over this host, tests/long/packages one from nothing, with systemd in it.
#
# usage: lifecycle.sh FOLDER    with NAME_VERSION_ARCH.deb of each package, and those of a later version in FOLDER/later
#
# Where systemd runs it starts the services; elsewhere this script starts exactly the unit's ExecStart as the unit's user.
set -eu

debs=$1
. "$(dirname "$0")/life_steps.sh"

install_deb() {  # NAME FOLDER
  dpkg --force-confold -i "$2/$1"_*.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "$1: dpkg -i"; }
}

life() {  # NAME PORT
  snapshot >/tmp/before
  install_deb "$1" "$debs"
  [ -e "/etc/default/$1" ] || fail "$1: no /etc/default/$1"
  judge_unit "$1"
  give_account "$1"
  begin "$1"
  check_running "$1" "$2"
  if has_systemd && grep -q '^ExecReload=' "/lib/systemd/system/$1.service"; then
    systemctl reload "$1" || fail "$1: systemctl reload"
    is_answering "$1" "$2"
  fi
  edit "$1"
  old=$pid
  end "$1"
  install_deb "$1" "$debs/later"
  check_edits "$1"
  begin "$1"
  [ "$pid" != "$old" ] || fail "$1: the upgrade did not restart it"
  check_running "$1" "$2"
  end "$1"
  say "$1: upgraded to $(dpkg-query -W -f '${Version}' "$1"), edits are kept"
  dpkg -r "$1" >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "$1: dpkg -r"; }
  check_edits "$1"
  [ ! -e "/usr/bin/$1" ] || fail "$1: its binary is left"
  [ ! -e "/proc/$pid" ] || fail "$1: still runs after its removal"
  dpkg -P "$1" >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "$1: dpkg -P"; }
  drop_account
  snapshot >/tmp/after
  diff /tmp/before /tmp/after >/tmp/left || { cat /tmp/left >&2; fail "$1: the purge leaves something"; }
  [ ! -e "/var/lib/private/$1" ] || fail "$1: its state is left"
  say "$1: removed with its edits kept, purged with nothing left"
}

take_over() {
  echo 'ARGS="--no-collector.cpu"' >/etc/default/prometheus-node-exporter
  install_deb sonde-node-exporter "$debs"
  grep -q 'taken over from' /tmp/dpkg.log || fail "no notice: $(cat /tmp/dpkg.log)"
  begin sonde-node-exporter
  is_answering sonde-node-exporter 9100
  ! grep -q '^node_cpu_seconds_total' /tmp/page || fail "the flags that were taken over have no effect"
  end sonde-node-exporter
  dpkg -P sonde-node-exporter >/tmp/dpkg.log 2>&1
  rm /etc/default/prometheus-node-exporter
  say "sonde-node-exporter: takes the flags of prometheus-node-exporter over and says so"
}

for service in $services; do
  life "${service%:*}" "${service#*:}"
done
take_over
snapshot >/tmp/before
dpkg -i "$debs"/*.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "all at once"; }
sondectl --version >/dev/null
# shellcheck disable=SC2046
dpkg -P $(cd "$debs" && ls -- *.deb | sed 's/_.*//') >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "purge of all"; }
snapshot >/tmp/after
diff /tmp/before /tmp/after || fail "the purge of all leaves something"
say "sonde: all at once, and purged"
echo LIFECYCLE COMPLETE
