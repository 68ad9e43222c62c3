#!/bin/sh
echo '{"module": "deep"}'
