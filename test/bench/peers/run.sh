#!/bin/sh
# Makes the peers' virtual environment once, in the cache folder, and runs run.py in it with the arguments given. HEBO
# has one of its own beside it, as it takes no numpy that the others take: `--techniques hebo` stands alone.
# SUPERSAM_PEERS_VENV names another folder (HEBO's ends in -hebo); delete both and nothing is left.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venvs=${SUPERSAM_PEERS_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/supersam/peers}
case " $* " in
  *" --techniques hebo "* | *" --techniques=hebo "*) name=-hebo ;;
  *[\ =,]hebo,* | *,hebo\ *)
    echo "hebo has an environment of its own: give it a call of its own" >&2
    exit 2
    ;;
  *) name= ;;
esac
venv=$venvs$name
requirements=$here/requirements$name.txt
# Made anew in place where the list has changed since.
if ! cmp -s "$requirements" "$venv/ready"; then
  python3 -m venv "$venv"
  # Where pip finds wheel it builds HEBO's GPy without its C sources, which are too old for this Python.
  [ -z "$name" ] || "$venv/bin/pip" install --quiet wheel==0.48.0
  "$venv/bin/pip" install --quiet --prefer-binary --requirement "$requirements"
  cp "$requirements" "$venv/ready"
fi
export PYTHONHASHSEED=0 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
exec "$venv/bin/python" "$here/run.py" "$@"
