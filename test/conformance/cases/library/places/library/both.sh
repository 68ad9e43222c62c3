#!/bin/sh
echo '{"place": "library/both"}'
