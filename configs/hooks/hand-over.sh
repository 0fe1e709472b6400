#!/bin/sh
# Hands over: stops the application, unmounts and detaches the disk.
#
# Run by herald on "standby", "down", "drained" and "withdrawn", after the route is gone. It may run
# twice, even when there is nothing left to do. This is a stand-in, like take-over.sh.
set -eu
CLOUD=${CLOUD:-echo cloud:}
RUN=${RUN:-echo run:}
STATE=${STATE:-/run/app.active}
DISK=app-data

echo "$HERALD_SERVICE: $HERALD_PREVIOUS_STATE -> $HERALD_STATE: $HERALD_REASON"

# First of all, so that the check does not report the stopped application as unhealthy.
rm -f "$STATE"
$RUN systemctl stop app.service
if mountpoint -q /srv/app; then $RUN umount /srv/app; fi

# Azure: az vm disk detach --resource-group app --vm-name "$(hostname)" --name $DISK
# AWS:   aws ec2 detach-volume --volume-id $DISK
$CLOUD detach $DISK
