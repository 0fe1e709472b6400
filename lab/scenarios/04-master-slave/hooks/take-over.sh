#!/bin/sh
# Takes over: attaches the disk, starts the application. Run by herald on "up"; it may run twice.
set -eu
CLOUD=http://10.2.0.1:8080
STATE=/run/app.active
me=$(hostname)

if [ -e "$STATE" ]; then exit 0; fi

# The disk may still be in use on the other machine: wait until that one has let go, or has no power.
until curl --fail --silent --max-time 5 --request PUT --data "$me" "$CLOUD/disks/app-data" >/dev/null; do sleep 0.1; done

# Whoever would start it a second time is refused, and says so: this must never happen.
curl --fail --silent --max-time 5 --request PUT --data "$me" "$CLOUD/disks/lock-of-the-application" >/dev/null || {
    echo "the application runs on the other machine"
    exit 1
}

REGION=$me setsid python3 /srv/web.py >/dev/null 2>&1 </dev/null &
echo $! >/run/app.pid
until curl --fail --silent --max-time 1 --output /dev/null http://127.0.0.1/; do sleep 0.05; done

# From now on application-check.sh asks the application.
touch "$STATE"
