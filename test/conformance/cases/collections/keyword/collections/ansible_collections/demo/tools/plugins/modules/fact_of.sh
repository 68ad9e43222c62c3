#!/bin/sh
. "$1"
echo "{\"changed\": false, \"value\": \"$value\"}"
