#!/bin/sh
# Make or update the virtual environment: environment.sh run|dev|docs|bench
# Every file that is installed is in the lock with its digest; a stamp makes the second time free.
# pip is called as this machine configures it: no index is named here.
set -eu
cd "$(dirname "$0")/.."
kind="$1"
python="${PYTHON:-python3}"
venv=.venv
stop() { echo "koumen: $*" >&2; exit 1; }

# What is installed contains what a smaller kind needs.
lock="requirements/$kind.txt"
stamp="$venv/.installed-$kind"
wanted="$(cat "$lock" scripts/environment.sh | cksum) $PWD"
if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi

[ "$(uname -s)" = Linux ] || stop "runs on Linux; this is $(uname -s)"
case "$(uname -m)" in
  x86_64) ;;
  aarch64) echo "koumen: arm64 has wheels but is untested" >&2 ;;
  *) stop "there are no wheels for $(uname -m); x86-64 is supported" ;;
esac
libc="$(getconf GNU_LIBC_VERSION 2>/dev/null || true)"
[ -n "$libc" ] || stop "needs glibc 2.34 or newer; this system has another C library (Alpine? use Debian 12)"
printf '%s\n2.34\n' "${libc#glibc }" | sort -V | head -n1 | grep -qx 2.34 ||
  stop "needs glibc 2.34 or newer (Debian 12, Ubuntu 22.04, RHEL 9); this is $libc"
command -v "$python" >/dev/null 2>&1 || stop "there is no $python: install Python 3.11 or newer, or say PYTHON=…"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  stop "needs Python 3.11 or newer; $python is $("$python" -V 2>&1 | cut -d' ' -f2): say PYTHON=python3.11 or newer"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  stop "this Python cannot make virtual environments: apt-get install python3-venv"

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  rm -rf "$venv"  # absent, half made, or of a Python that is gone
  "$python" -m venv "$venv"
fi
echo "Installing $(grep -c '^[a-z0-9].*==' "$lock") locked packages into $venv ($kind) …" >&2
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$lock" ||
  stop "the packages could not be installed; what pip said is above"

# The project itself is found through a path file: no build tool, nothing that is not locked.
site="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
echo "$PWD" > "$site/koumen-here.pth"
cat > "$venv/bin/koumen" <<END
#!$PWD/$venv/bin/python
from koumen.cli.main import main

main()
END
chmod +x "$venv/bin/koumen"
echo "$wanted" > "$stamp"
# A development environment contains what a run needs.
if [ "$kind" != run ]; then echo "$(cat requirements/run.txt scripts/environment.sh | cksum) $PWD" > "$venv/.installed-run"; fi
