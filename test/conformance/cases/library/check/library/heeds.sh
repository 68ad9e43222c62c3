#!/bin/sh
. "$1"
case $_ansible_check_mode in True) would=true ;; *) would=false ;; esac
[ -z "$differ" ] || diff=', "diff": {"before": "old\n", "after": "new\n", "before_header": "/old", "after_header": "/new"}'
printf '%s\n' "{\"changed\": true, \"would\": $would, \"diff_wanted\": \"$_ansible_diff\" $diff}"
