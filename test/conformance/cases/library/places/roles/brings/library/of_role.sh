#!/bin/sh
echo '{"place": "roles/brings/library/of_role"}'
