#!/bin/sh
# fetch.sh FOLDER NAME... - bring these sources (names of sources.txt) into FOLDER.
#
# A file that is there already is taken, so an offline machine can be helped by hand.
# Else apt is asked for its source packages, by a copy of this machine's own list of
# sources, in a folder of its own: nothing of the system's is changed, and root is not
# needed. Else the file comes from the address in the list. Whoever it comes from, a
# file with another SHA-256 than the list says is deleted, and ends this with status 1.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift

field() { # of the source NAME: file, sha256 or address
    awk -v name="$1" -v want="$2" '
        /^#/ { next }
        $1 == name { print want == "file" ? $2 : want == "sha256" ? $3 : ""; found = 1; next }
        found { if (want == "address") print $1; exit }' "$here/sources.txt" | grep .
}

is_right() { # NAME FILE
    [ "$(sha256sum <"$2" | cut -d' ' -f1)" = "$(field "$1" sha256)" ]
}

here_already() { # NAME: is it in the folder? A wrong one is thrown out.
    file=$folder/$(field "$1" file)
    [ -f "$file" ] || return 1
    is_right "$1" "$file" && return
    echo "$file has not the SHA-256 that lab/package/sources.txt wants: deleted." >&2
    rm -f "$file"
    return 1
}

lacking() { # of the names, those that are not in the folder
    for name; do here_already "$name" || printf '%s\n' "$name"; done
}

# --- from apt -------------------------------------------------------------------------

sources_as_source() { # this machine's lists, asking for sources instead of packages
    mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -f "$list" ] || sed -n 's/^deb[[:space:]]/deb-src /p' "$list"
    done >"$work/parts/lab.list"
    for list in /etc/apt/sources.list.d/*.sources; do
        [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/parts/${list##*/}"
    done
}

apt_source() {
    apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts" \
        -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" \
        -o APT::Sandbox::User=root -o Acquire::Languages=none "$@" >>"$work/log" 2>&1
}

from_apt() { # NAME...: what can be had
    command -v apt-get >/dev/null || return 0
    sources_as_source
    apt_source update || return 0
    for package in $(printf '%s\n' "$@" | sed 's/-fixes$//' | sort -u); do
        (cd "$work" && apt_source source --download-only "$package") || true
    done
    for name; do # a distribution of another age has other files
        file=$work/$(field "$name" file)
        if [ -f "$file" ] && is_right "$name" "$file"; then mv "$file" "$folder/"; fi
    done
}

# --- from its address -----------------------------------------------------------------

download() { # ADDRESS FILE
    if command -v curl >/dev/null; then
        curl --fail --silent --show-error --location --proto '=https' --max-time 300 --output "$2" "$1"
    elif command -v wget >/dev/null; then
        wget --quiet --https-only --timeout=60 --output-document="$2" "$1"
    else
        echo "Neither curl nor wget is installed." >&2
        return 1
    fi
}

from_address() { # NAME
    file=$folder/$(field "$1" file) address=$(field "$1" address)
    if ! download "$address" "$file.part"; then
        rm -f "$file.part"
        echo "Could not fetch $address. Put the file there by hand: $file" >&2
        return 1
    fi
    mv "$file.part" "$file"
    here_already "$1"
}

for name; do
    field "$name" file >/dev/null || { echo "sources.txt knows no $name" >&2 && exit 2; }
done
mkdir -p "$folder"
# shellcheck disable=SC2046 # names are plain words, here and below
set -- $(lacking "$@")
[ $# -gt 0 ] || exit 0
echo "Fetching sources: $*"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
from_apt "$@"
# shellcheck disable=SC2046
set -- $(lacking "$@")
for name; do from_address "$name"; done
