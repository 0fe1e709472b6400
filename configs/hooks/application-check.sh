#!/bin/sh
# Exits with 0 if this machine may have the application, or keep it, and prints why.
#
# On the standby the application is stopped; then it is enough that the machine could take over.
# Once take-over.sh has started the application, it must answer.
STATE=${STATE:-/run/app.active}
URL=${URL:-http://127.0.0.1:8080/healthz}

if [ ! -e "$STATE" ]; then
    echo "ready to take over"
elif curl --fail --silent --show-error --max-time 0.8 --output /dev/null "$URL"; then
    echo "$URL answers"
else
    echo "$URL does not answer"
    exit 2
fi
