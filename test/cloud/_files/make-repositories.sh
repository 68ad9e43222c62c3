#!/bin/sh
# make-repositories.sh FOLDER NAME…: a bare git repository FOLDER/NAME.git of each program, of the version that Debian has and with
# it as a tag. Each is a line "NAME VERSION COMMIT ORIGIN" of FOLDER/versions. The source is upstream's, out of the source package;
# where the mirror does not have that, it is what the binary packages hold, with the setup.cfg that their metadata tell.
set -eu
folder=$1
shift

main() {
  mkdir -p "$folder"
  for name; do
    [ -d "$folder/$name.git" ] || make "$name"
  done
}

make() {
  work=$(mktemp -d)
  cd "$work"
  mkdir tree packages
  origin=source
  from_source "$1" || { origin=packages; from_packages "$1"; }
  cd tree
  git init -q -b main
  git add -A -f
  git -c user.name=stackrun -c user.email=stackrun@localhost commit -qm "$1 $version"
  git tag "$version"
  git clone -q --bare . "$folder/$1.git"
  echo "$1 $version $(git rev-parse HEAD) $origin" >>"$folder/versions"
  rm -rf "$work"
}

from_source() {
  apt-get -qq source --tar-only --download-only "$1" >&2 || return 1
  archive=$(ls "$1"_*.orig.tar.*)
  version=${archive#"$1"_}
  version=${version%.orig.tar.*}
  tar -xf "$archive" -C tree --strip-components=1
}

from_packages() {
  case $1 in
    keystone) set -- "$1" keystone . ;;
    glance) set -- "$1" glance-common . ;;
    cinder) set -- "$1" cinder-common cinder ;;
    nova) set -- "$1" 'nova-common nova-compute' nova ;;
    *) set -- "$1" '' . ;;
  esac
  # shellcheck disable=SC2086 # several packages
  apt-get -qq download "python3-$1" $2 >&2
  for deb in *.deb; do dpkg-deb -x "$deb" packages; done
  about=$(ls -d packages/usr/lib/python3/dist-packages/*.egg-info)
  version=$(sed -n 's/^Version: //p' "$about/PKG-INFO")
  while read -r package; do cp -r "packages/usr/lib/python3/dist-packages/$package" tree; done <"$about/top_level.txt"
  mkdir -p "tree/etc/$3"
  cp -r "packages/etc/$1/." packages/usr/share/"$1"*/. "tree/etc/$3" 2>/dev/null || :
  sed '/^\[/,$d' "$about/requires.txt" >tree/requirements.txt
  setup_of "$about" >tree/setup.cfg
  echo "import setuptools; setuptools.setup(setup_requires=['pbr'], pbr=True)" >tree/setup.py
}

setup_of() {
  printf '[metadata]\nname = %s\n[files]\npackages =\n' "$(sed -n 's/^Name: //p' "$1/PKG-INFO")"
  sed 's/^/    /' "$1/top_level.txt"
  printf '[entry_points]\n'
  sed -e 's/^\([^[]\)/    \1/' -e 's/^\[\(.*\)\]$/\1 =/' "$1/entry_points.txt"
}

main "$@"
