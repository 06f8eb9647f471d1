# shellcheck shell=bash
# What scripts/test, scripts/demo and bench/run share: saying what is done, installing from Debian, building.
# Sourced, never run. The caller has set -euo pipefail.

house_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# What a build needs, and what the tests need on top of it. Debian 12 package names.
house_build_packages=(build-essential cmake ninja-build pkg-config libevent-dev liblua5.4-dev libsqlite3-dev libjansson-dev
	libicu-dev libutf8proc-dev libsodium-dev libseccomp-dev libsystemd-dev libcsv-dev libxlsxwriter-dev zlib1g-dev uthash-dev
	libcmocka-dev)
house_test_packages=(clang clang-format lua-check python3 python3-openpyxl jq strace)

say() { printf '== %s\n' "$*"; }
fail() { printf 'scripts: %s\n' "$*" >&2; exit 1; }

# Installs those of the packages that are missing; asks dpkg only, so that a machine that has all starts at once.
house_install() {
	local missing=() package as=()
	for package in "$@"; do
		[[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) == installed ]] || missing+=("$package")
	done
	if ((${#missing[@]} == 0)); then
		say "Debian packages: all $# are here"
		return
	fi
	if ((EUID != 0)); then
		command -v sudo >/dev/null || fail "needs ${missing[*]} from Debian: run as root, or install sudo"
		as=(sudo)
	fi
	say "Debian packages: installing ${missing[*]}"
	"${as[@]}" apt-get -qq update || say "apt-get update failed; going on with the lists that are here"
	"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null ||
		fail "Debian could not install ${missing[*]}"
}

# house_build PRESET [TARGET …]: configures and builds in build/PRESET, with ccache where it is there.
house_build() {
	local preset=$1 cache=() log started=$SECONDS
	shift
	command -v ccache >/dev/null && cache=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
	mkdir -p "$house_root/build"
	log=$house_root/build/$preset.log
	say "build $preset"
	if ! (cd "$house_root" && cmake --preset "$preset" "${cache[@]}" && cmake --build --preset "$preset" ${@:+--target "$@"}) >"$log" 2>&1; then
		grep -nE '\berror:|^FAILED|undefined reference|CMake Error' -A4 "$log" | head -60 >&2 || tail -60 "$log" >&2
		fail "build $preset failed; all of it is in $log"
	fi
	say "built $preset in $((SECONDS - started)) s"
}
