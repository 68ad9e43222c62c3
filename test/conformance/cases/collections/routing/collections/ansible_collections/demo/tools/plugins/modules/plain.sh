#!/bin/sh
. "$1"
echo "{\"module\": \"plain\", \"value\": \"$value\", \"other\": \"$other\"}"
