#!/usr/bin/python
# WANT_JSON
import json, sys
args = json.load(open(sys.argv[1]))
print(json.dumps({'changed': False, 'text': args['text'], 'kind': type(args['_ansible_check_mode']).__name__}))
