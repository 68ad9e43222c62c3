#!/bin/sh
test -e "${0%/*}/VERSION"
