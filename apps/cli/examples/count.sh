#!/bin/sh
# For each client of its own: wsc serve -- ./count.sh
echo "hello $REMOTE_ADDR, you asked for $PATH_INFO"
while read -r number; do
  seq -s ' ' 1 "$number"
done
