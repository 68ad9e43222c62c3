#!/bin/sh
echo '{"place": "library/beside"}'
