#!/bin/sh
echo '{"place": "more/of_path"}'
