#!/bin/sh
. "$1"
printf '{"word": "%s", "who": "%s", "no_log": "%s"}' "$WORD" "$(id -un)" "$_ansible_no_log"
