#!/bin/sh
echo '{"place": "roles/brings/library/both"}'
