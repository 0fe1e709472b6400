#!/bin/sh
# Moves the reserved address to this machine, by the cloud's API. herald runs it on "up", keepalived as notify_master.
exec curl --fail --silent --show-error --max-time 10 --request PUT --data "$(hostname)" http://10.0.0.126:8080/addresses/10.0.0.4
