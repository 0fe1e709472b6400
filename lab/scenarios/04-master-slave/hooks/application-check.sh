#!/bin/sh
# Whether this machine may have the application, or keep it. Once take-over.sh has started it, it must answer.
if [ ! -e /run/app.active ]; then
    echo "ready to take over"
elif curl --fail --silent --max-time 0.8 --output /dev/null http://127.0.0.1/; then
    echo "the application answers"
else
    echo "the application does not answer"
    exit 2
fi
