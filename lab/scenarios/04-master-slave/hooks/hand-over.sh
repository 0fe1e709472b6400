#!/bin/sh
# Hands over: stops the application, detaches the disk. Run by herald after the route is gone; it may run twice,
# also when nothing is there any more.
set -eu
CLOUD=http://10.2.0.1:8080
me=$(hostname)

# First of all: whoever stops the application must not be told that it is sick.
rm -f /run/app.active
if [ -e /run/app.pid ]; then
    kill "$(cat /run/app.pid)" 2>/dev/null || true
    rm /run/app.pid
fi
for thing in lock-of-the-application app-data; do
    curl --fail --silent --show-error --max-time 5 --request DELETE --data "$me" "$CLOUD/disks/$thing" >/dev/null
done
