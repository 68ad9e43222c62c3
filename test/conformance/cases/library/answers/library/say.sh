#!/bin/sh
. "$1"
printf '%s' "$json"
exit "${code:-0}"
