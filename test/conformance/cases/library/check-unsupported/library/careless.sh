#!/bin/sh
echo '{"changed": true}'
