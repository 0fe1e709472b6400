#!/bin/sh
# Takes over: attaches the disk with the data, mounts it, starts the application.
#
# Run by herald on "up". It may run twice, also when everything is there already (at the start of
# herald, for example), so each step looks first. It exits with an error at the first step that fails:
# herald logs the last line, and application-check.sh goes on reporting that the application is missing.
#
# This is a stand-in: CLOUD and RUN only print what would be done. Replace CLOUD by a script around the
# command line of your cloud, and remove RUN.
set -eu
CLOUD=${CLOUD:-echo cloud:}
RUN=${RUN:-echo run:}
STATE=${STATE:-/run/app.active}
DISK=app-data

echo "$HERALD_SERVICE: $HERALD_PREVIOUS_STATE -> $HERALD_STATE: $HERALD_REASON"

# Azure: az vm disk attach --resource-group app --vm-name "$(hostname)" --name $DISK
# AWS:   aws ec2 attach-volume --volume-id $DISK --instance-id ... --device /dev/sdf
# Both refuse while the disk is attached to the other machine, which is what protects the data.
# Wait for the other machine to let go, then take it by force if your data can bear that.
$CLOUD attach $DISK

mountpoint -q /srv/app || $RUN mount "/dev/disk/by-label/$DISK" /srv/app

# systemctl gives the application a process group of its own. What the hook itself starts ends with it.
$RUN systemctl start app.service

# From now on application-check.sh asks the application.
touch "$STATE"
