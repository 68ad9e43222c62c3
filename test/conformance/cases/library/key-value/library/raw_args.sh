#!/bin/sh
printf '{"args": "%s"}' "$(sed 's/ _ansible.*$//; s/\\/\\\\/g; s/"/\\"/g' "$1")"
