#!/bin/sh
case $1 in
--list) echo '{"web": ["a", "b"], "db": {"hosts": ["c"], "vars": {"x": 1}, "children": ["sub"]}, "sub": {"hosts": ["d"]}, "plain": {"y": 2}}';;
--host) echo "{\"me\": \"$2\", \"text\": \"{{ 1 + 1 }}\"}";;
esac
