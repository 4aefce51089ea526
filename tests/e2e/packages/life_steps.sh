# What the lives of the packages share (lifecycle.sh, rpm_lifecycle.sh): starting a service with systemd and without, judging its unit,
# asking it, an administrator's edits. To be sourced.

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

# All names below a folder but what every installation of any package changes.
names_below() {  # "" or FOLDER
  find "${1:-/}" -xdev \( -path "$1/proc" -o -path "$1/sys" -o -path "$1/dev" -o -path "$1/run" -o -path "$1/tmp" -o -path "$1/var/tmp" \
    -o -path "$debs" -o -path "$1/var/log" -o -path "$1/var/lib/dpkg" -o -path "$1/var/lib/apt" -o -path "$1/var/cache" \
    -o -path "$1/var/backups" -o -path "$1/root" -o -path "$1/home" -o -path "$1/var/lib/systemd/deb-systemd-helper-enabled" \
    -o -path "$1/var/lib/systemd/random-seed" -o -path "$1/etc/group-" -o -path "$1/etc/passwd-" -o -path "$1/etc/shadow-" \
    -o -path "$1/etc/gshadow-" -o -path "$1/etc/.pwd.lock" -o -path "$1/var/lib/systemd/timers" -o -path "$1/var/lib/private" \) -prune \
    -o -print
}

# What is on the system: all of it, or what is more and less than on the host below, on which others write meanwhile.
snapshot() {
  if [ -d /tmp/upper ]; then
    names_below /tmp/upper | sed 's,^/tmp/upper,,' | while IFS= read -r path; do
      if [ -c "/tmp/upper$path" ]; then
        echo "gone: $path"
      elif [ ! -e "/tmp/lower$path" ] && [ ! -L "/tmp/lower$path" ]; then
        echo "$path"
      fi
    done | sort
  else
    names_below "" | sort
  fi
  for file in passwd group shadow gshadow; do cut -d: -f1 "/etc/$file" | sed "s/^/$file: /"; done
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

give_account() {  # NAME: what the exporter of MySQL needs to be started at all
  [ "$1" = sonde-mysqld-exporter ] || return 0
  # It says on its page that no server answers; without a word about a server it is not started.
  ! has_systemd || [ "$(systemctl is-active "$1")" != failed ] || fail "$1: failed by its installation"
  printf '[client]\nuser=nobody\npassword=none\nhost=127.0.0.1\n' >/tmp/my.cnf
  install -D -m 600 /tmp/my.cnf /etc/credstore/sonde-mysqld-exporter.my.cnf
  file=/run/credentials/$1.service/my.cnf
  has_systemd || { install -D -m 644 /tmp/my.cnf /tmp/credentials/my.cnf; file=/tmp/credentials/my.cnf; }
  echo "ARGS=\"--config.my-cnf=$file\"" >>"/etc/default/$1"
}

drop_account() {
  rm -rf /etc/credstore/sonde-mysqld-exporter.my.cnf
  rmdir /etc/credstore 2>/dev/null || :
}
