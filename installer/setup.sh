#!/usr/bin/env bash
# Makes a checkout runnable: system libraries of Qt, .venv, the hashed lock, the `shuniu` script.
# setup.sh run: what the desktop needs.  setup.sh test: also what the tests need.
# Looks first and does only what is missing, so it costs nothing the second time.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}
export DEBIAN_FRONTEND=noninteractive
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }

# What is looked for, and the Debian package that brings it.
libraries=(
    libEGL.so.1:libegl1 libGL.so.1:libgl1 libdbus-1.so.3:libdbus-1-3 libfontconfig.so.1:libfontconfig1
    libglib-2.0.so.0:libglib2.0-0 libxkbcommon.so.0:libxkbcommon0
    libxcb-cursor.so.0:libxcb-cursor0 libxcb-icccm.so.4:libxcb-icccm4 libxcb-keysyms.so.1:libxcb-keysyms1
    libxcb-shape.so.0:libxcb-shape0 libxkbcommon-x11.so.0:libxkbcommon-x11-0 libX11-xcb.so.1:libx11-xcb1
    libcups.so.2:libcups2
)
programs=()
browser=()
if [[ $purpose == test ]]; then
    programs=(Xvfb:xvfb pdftotext:poppler-utils objdump:binutils)
    browser=(chromium:chromium chromedriver:chromium-driver)
fi

system_packages() {
    local known missing=() wanted=() one
    known=$(ldconfig -p)
    for one in "${libraries[@]}"; do
        [[ $known == *"${one%%:*} "* ]] || missing+=("${one##*:}")
    done
    for one in ${programs[@]+"${programs[@]}"}; do
        command -v "${one%%:*}" >/dev/null || missing+=("${one##*:}")
    done
    for one in ${browser[@]+"${browser[@]}"}; do
        command -v "${one%%:*}" >/dev/null || wanted+=("${one##*:}")
    done
    ((${#missing[@]} + ${#wanted[@]})) || return 0
    local root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null && root=(sudo -n) || root=(refused)
    fi
    if ((${#missing[@]} == 0)) && { [[ ${root[*]-} == refused ]] || ! command -v apt-get >/dev/null; }; then
        say "setup: no browser (${wanted[*]}): its tests are left out"
        return 0
    fi
    if ! command -v apt-get >/dev/null; then
        fail "these libraries are missing (Debian names; please install their like): ${missing[*]}"
    fi
    if [[ ${root[*]-} == refused ]]; then
        say "setup: some system libraries are missing. Please run this, then try again:"
        say "    sudo apt-get update && sudo apt-get install --no-install-recommends -y ${missing[*]}"
        exit 1
    fi
    say "setup: installing ${missing[*]-} ${wanted[*]-}"
    ${root[@]+"${root[@]}"} apt-get update -qq
    if ((${#missing[@]})); then
        ${root[@]+"${root[@]}"} apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
    fi
    if ((${#wanted[@]})); then
        ${root[@]+"${root[@]}"} apt-get install -qq -y --no-install-recommends "${wanted[@]}" >/dev/null ||
            say "setup: no browser (${wanted[*]}): its tests are left out"
    fi
}

find_python() {
    local one
    for one in python3.11 python3; do
        if "$one" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            command -v "$one"
            return
        fi
    done
    fail "Python 3.11 is needed: apt-get install python3.11 python3.11-venv"
}

environment() {
    local stamp wanted python
    wanted=$(sha256sum <requirements.lock)
    stamp=.venv/shuniu-setup
    [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return 0
    if [[ ! -x .venv/bin/python ]]; then
        python=$(find_python)
        say "setup: making .venv"
        "$python" -m venv .venv || fail "venv is missing: apt-get install python3.11-venv"
    fi
    say "setup: installing the packages of requirements.lock (once, a few minutes)"
    local pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input)
    "${pip[@]}" --require-hashes -r requirements.lock
    local log=.venv/shuniu-setup.log
    "${pip[@]}" --no-deps --editable . 2>"$log" || { cat "$log" >&2; fail "the shuniu script was not installed"; }
    printf '%s' "$wanted" >"$stamp"
}

[[ $(uname -s) == Linux ]] && system_packages
environment
