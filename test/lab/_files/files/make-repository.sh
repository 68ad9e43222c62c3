#!/bin/sh
# make-repository.sh FOLDER: a git repository of a Python program with two versions as tags.
set -e
[ -d "$1" ] && exit
mkdir -p "$1"
cd "$1"
git init -q -b main
git config user.name stackrun
git config user.email stackrun@localhost
for version in 1.0 2.0; do
  cat >setup.py <<END
from setuptools import setup
setup(name='hello', version='$version', py_modules=['hello'], entry_points={'console_scripts': ['hello = hello:main']})
END
  printf 'def main():\n    print("hello %s")\n' "$version" >hello.py
  git add .
  git commit -qm "Version $version"
  git tag "$version"
done
