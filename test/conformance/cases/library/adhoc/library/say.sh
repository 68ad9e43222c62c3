#!/bin/sh
. "$1"
echo "{\"changed\": true, \"value\": \"$value\", \"number\": $number}"
