#!/bin/sh
. "$1"
echo "{\"module\": \"extra\", \"value\": \"$value\", \"other\": \"$other\"}"
