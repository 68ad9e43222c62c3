#!/bin/sh
. "$1"
sleep 1
echo "{\"changed\": true, \"failed\": ${failed:-false}, \"value\": \"$value\", \"msg\": \"done\"}"
