#!/bin/sh
# Makes the peers' virtual environment once, in the cache folder, and runs run.py in it with the arguments given.
# SUPERSAM_PEERS_VENV names another folder for it; delete it and nothing is left.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${SUPERSAM_PEERS_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/supersam/peers}
if [ ! -e "$venv/ready" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
  touch "$venv/ready"
fi
export PYTHONHASHSEED=0 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
exec "$venv/bin/python" "$here/run.py" "$@"
