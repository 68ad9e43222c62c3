#!/bin/sh
# The script that the examples of the module `script` run.
mkdir -p /var/lib/prepared && echo "prepared $*"
