#!/bin/sh
# The life of every package on a host: installed, started, scraped, upgraded, removed, purged. Run as root INSIDE a root that may
# be spoilt: lifecycle_test.py makes one over this host, tests/long/packages one from nothing, with systemd in it.
#
# usage: lifecycle.sh FOLDER [SOURCES]    with NAME_VERSION_ARCH.deb of each package, and those of a later version in
#   FOLDER/later; SOURCES is a folder in which others write meanwhile
#
# Where systemd runs it starts the services; elsewhere this script starts exactly the unit's ExecStart as the unit's user.
set -eu

debs=$1
sources=${2:-/nonexistent}
services="sonde-node-exporter:9100 sonde-redis-exporter:9121 sonde-blackbox-exporter:9115 sonde-pushgateway:9091
sonde-scraper:9090 sonde-mysqld-exporter:9104"
conffile_of() {
  case "$1" in
    sonde-blackbox-exporter) echo /etc/sonde/blackbox.yml ;;
    sonde-scraper) echo /etc/sonde/prometheus.yml ;;
  esac
}

say() { echo "ok: $*"; }
fail() { echo "lifecycle: $*" >&2; exit 1; }
has_systemd() { [ -d /run/systemd/system ]; }

# All there is but what every installation of any package changes, and what other processes write meanwhile.
snapshot() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path "$debs" -o -path /var/log \
    -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/backups -o -path /root -o -path /home \
    -o -path "$sources" -o -path /var/lib/systemd/deb-systemd-helper-enabled -o -path /var/lib/systemd/random-seed \
    -o -path /etc/group- -o -path /etc/passwd- -o -path /etc/shadow- -o -path /etc/gshadow- -o -path /etc/.pwd.lock \
    -o -path /var/lib/systemd/timers -o -path /var/lib/private \) -prune \
    -o -print | sort
  for file in passwd group shadow gshadow; do sed "s/^/$file: /; s/:.*//2g" "/etc/$file"; done
}

install_deb() {  # NAME FOLDER
  dpkg --force-confold -i "$2/$1"_*.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "$1: dpkg -i"; }
}

# --- start and stop, with systemd and without

unit_value() {  # UNIT KEY
  sed -n "s/^$2=//p" "/lib/systemd/system/$1.service" | tail -n 1
}

start_by_hand() {  # NAME: ExecStart as the unit's user, with the unit's environment
  DEFAULTS='' ARGS=''
  eval "$(sed -n 's/^Environment="\(DEFAULTS\)=\(.*\)"$/\1="\2"/p' "/lib/systemd/system/$1.service")"
  # shellcheck disable=SC1090
  . "/etc/default/$1"
  user=$(unit_value "$1" User)
  if [ -n "$(unit_value "$1" StateDirectory)" ]; then
    install -d -o "$user" -g "$user" -m "$(unit_value "$1" StateDirectoryMode)" "/var/lib/$1"
  fi
  command=$(unit_value "$1" ExecStart)
  # shellcheck disable=SC2086,SC2090
  eval "exec setpriv --reuid ${user:-61184} --regid ${user:-61184} --clear-groups --no-new-privs --bounding-set=-all $command" >"/tmp/$1.log" 2>&1 &
  pid=$!
}

is_answering() {  # NAME PORT
  for _ in $(seq 100); do
    curl -fsS -m 5 "http://127.0.0.1:$2/metrics" >/tmp/page 2>/dev/null && return
    sleep 0.1
  done
  cat "/tmp/$1.log" >&2 2>/dev/null || journalctl --no-pager -n 20 -u "$1" >&2
  fail "$1 does not answer on port $2"
}

begin() {  # NAME
  if has_systemd; then
    # Where it is enabled, the installation has started it.
    systemctl is-active --quiet "$1" || systemctl start "$1"
    systemctl is-active --quiet "$1" || { journalctl --no-pager -n 20 -u "$1" >&2; fail "$1 is not active"; }
    pid=$(systemctl show -p MainPID --value "$1")
  else
    start_by_hand "$1"
  fi
}

end() {
  if ! has_systemd; then
    kill "$pid"
    wait "$pid" || fail "$1 ended with $?"
  fi
}

check_running() {  # NAME PORT
  is_answering "$1" "$2"
  lines=$(grep -vc '^#' /tmp/page)
  uid=$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")
  [ "$uid" != 0 ] || fail "$1 runs as root"
  grep -q '^CapBnd:.*0000000000000000' "/proc/$pid/status" || fail "$1 has capabilities"
  say "$1: answers with $lines samples, as user $uid and without capabilities"
}

# --- the steps

judge_unit() {  # NAME
  command -v systemd-analyze >/dev/null || return 0
  systemd-analyze verify --man=no "/lib/systemd/system/$1.service" 2>/tmp/verify || { cat /tmp/verify >&2; fail "$1: verify"; }
  level=$(systemd-analyze security --offline=true --no-pager "/lib/systemd/system/$1.service" | sed -n 's/.*service: \([0-9.]*\) .*/\1/p')
  [ "$(echo "$level" | tr -d .)" -le 20 ] || fail "$1: exposure $level"
  say "$1: its unit is valid, exposure $level"
}

edit() {  # NAME: as an administrator would
  echo '# edited' >>"/etc/default/$1"
  conffile=$(conffile_of "$1")
  [ -z "$conffile" ] || echo '# edited' >>"$conffile"
}

check_edits() {  # NAME
  grep -q '^# edited' "/etc/default/$1" || fail "$1: the edit of /etc/default is gone"
  conffile=$(conffile_of "$1")
  [ -z "$conffile" ] || grep -q '^# edited' "$conffile" || fail "$1: the edit of $conffile is gone"
}

life() {  # NAME PORT
  snapshot >/tmp/before
  install_deb "$1" "$debs"
  [ -e "/etc/default/$1" ] || fail "$1: no /etc/default/$1"
  judge_unit "$1"
  if [ "$1" = sonde-mysqld-exporter ]; then
    # It says on its page that no server answers; without a word about a server it is not started.
    ! has_systemd || [ "$(systemctl is-active "$1")" != failed ] || fail "$1: failed by its installation"
    printf '[client]\nuser=nobody\npassword=none\nhost=127.0.0.1\n' >/tmp/my.cnf
    install -D -m 600 /tmp/my.cnf /etc/credstore/sonde-mysqld-exporter.my.cnf
    file=/run/credentials/$1.service/my.cnf
    has_systemd || { install -D -m 644 /tmp/my.cnf /tmp/credentials/my.cnf; file=/tmp/credentials/my.cnf; }
    echo "ARGS=\"--config.my-cnf=$file\"" >>"/etc/default/$1"
  fi
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
  rm -rf /etc/credstore/sonde-mysqld-exporter.my.cnf
  rmdir /etc/credstore 2>/dev/null || :
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
