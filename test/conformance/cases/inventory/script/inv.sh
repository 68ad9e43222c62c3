#!/bin/sh
cat <<END
{"g": {"hosts": ["s1", "s2"], "vars": {"v": "group", "ansible_connection": "local"}}, "_meta": {"hostvars": {"s2": {"v": "meta"}}}}
END
