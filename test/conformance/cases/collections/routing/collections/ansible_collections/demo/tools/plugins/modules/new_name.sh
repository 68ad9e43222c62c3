#!/bin/sh
. "$1"
echo "{\"module\": \"new_name\", \"value\": \"$value\", \"other\": \"$other\"}"
