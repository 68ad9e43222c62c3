#!/bin/sh
. "$1"
echo "{\"module\": \"elsewhere\", \"value\": \"$value\", \"other\": \"$other\"}"
