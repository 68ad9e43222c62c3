# shellcheck shell=sh
# superfluous.sh everything|some: which of the packages named on standard input can go, so that no other goes and none comes.
export LC_ALL=C
folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT
cat >"$folder/names"

if [ "$1" = everything ]; then
  # With all names on one line: a part of them would be another question.
  if apt-get -q -s purge $(cat "$folder/names") >"$folder/plan" 2>/dev/null; then
    awk '$1 == "Remv" || $1 == "Purg" || $1 == "Inst" {print $1 == "Inst" ? "+" $2 : $2}' "$folder/plan" >"$folder/touched"
    grep -vqxFf "$folder/names" "$folder/touched" || { cat "$folder/names"; exit; }
  fi
fi

architecture=$(dpkg --print-architecture)
while read -r name; do printf 'Package: %s\nArchitecture: %s\nAuto-Installed: 1\n\n' "$name" "$architecture"; done <"$folder/names" >"$folder/marks"
[ "$1" = everything ] && recommended=false || recommended=true
apt-get -q -s -o Dir::State::extended_states="$folder/marks" -o APT::AutoRemove::RecommendsImportant=$recommended \
  -o APT::AutoRemove::SuggestsImportant=$recommended autoremove | awk '$1 == "Remv" || $1 == "Purg" {print $2}'
