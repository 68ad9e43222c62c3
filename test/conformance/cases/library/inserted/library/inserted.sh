#!/bin/sh
args=$(cat <<'END'
<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>
END
)
printf '{"changed": false, "words": "%s", "value": %s}' "$#" "$(printf %s "$args" | sed 's/^.*"value": *\("[^"]*"\).*$/\1/')"
