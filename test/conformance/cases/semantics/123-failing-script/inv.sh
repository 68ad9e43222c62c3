#!/bin/sh
# 123: a source that nothing can read
exit 1
