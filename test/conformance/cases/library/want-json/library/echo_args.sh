#!/bin/sh
# WANT_JSON
args=$(sed 's/, *"_ansible_.*$/}/; s/^{"_ansible_.*$/{}/; s/,"_ansible_.*$/}/' "$1")
printf '{"changed": false, "args": %s}\n' "$args"
