# Makes /etc/default/@SERVICE@ on the first installation. What an administrator did later stays.
#
# Where @STANDS_IN@ is set up, its ARGS are taken over, once: the flags are the same. They are left when this program does
# not know one of them, or when they name a folder in a form that only the other program reads.
make_default() {
    ours=/etc/default/@SERVICE@
    theirs=/etc/default/@STANDS_IN@
    [ ! -e "$ours" ] || return 0
    mkdir -p /etc/default
    cp /usr/share/@SERVICE@/default "$ours"
    [ -r "$theirs" ] || return 0
    # shellcheck disable=SC1090
    args=$(unset ARGS; . "$theirs" >/dev/null 2>&1 && printf '%s' "${ARGS:-}") || args=
    [ -n "$args" ] || return 0
    case "$args" in
        *--storage.tsdb.path* | *--persistence.file*)
            echo "@SERVICE@: ARGS of $theirs was not taken over: it names a folder or file that has another form here; set ARGS in $ours"
            return 0 ;;
    esac
    if ! unknown=$(printf '%s\n' "$args" | xargs /usr/bin/@SERVICE@ --version 2>&1 >/dev/null); then
        echo "@SERVICE@: ARGS of $theirs was not taken over: $unknown; set ARGS in $ours"
        return 0
    fi
    # What the unit gives and these ARGS give too, the unit leaves out.
    kept=
    for flag in @DEFAULTS@; do
        case " $args" in
            *" ${flag%%=*}="* | *" ${flag%%=*} "*) ;;
            *) kept="$kept${kept:+ }$flag" ;;
        esac
    done
    {
        sed '/^ARGS=/d' /usr/share/@SERVICE@/default
        echo "# Taken over from $theirs at the installation; that file is not read again."
        [ "$kept" = "@DEFAULTS@" ] || echo "DEFAULTS=\"$kept\""
        awk '/^ARGS=/ { on = 1 } on { print } on && !/\\$/ { on = 0 }' "$theirs"
    } >"$ours.new"
    # shellcheck disable=SC1090
    if [ "$(unset ARGS; . "$ours.new" >/dev/null 2>&1 && printf '%s' "${ARGS:-}")" = "$args" ]; then
        chmod --reference="$theirs" "$ours.new"
        mv "$ours.new" "$ours"
        echo "@SERVICE@: ARGS taken over from $theirs, once; from now on set them in $ours"
    else
        rm "$ours.new"
        echo "@SERVICE@: ARGS of $theirs was not taken over: it is set in more than one line; set ARGS in $ours"
    fi
}
