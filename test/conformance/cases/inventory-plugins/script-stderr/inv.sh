#!/bin/sh
echo "a note" >&2
echo '{"web": {"hosts": ["a"]}, "_meta": {"hostvars": {"a": {"v": 1}, "b": {"v": 2}}}}'
