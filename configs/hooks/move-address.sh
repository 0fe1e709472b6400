#!/bin/sh
# Moves a private address of the cloud, and the public one that belongs to it, to this machine.
#
# Run by herald on "up". It may run when the address is here already. This is a stand-in: CLOUD only
# prints what would be done. Replace it by the command line of your cloud; the machine needs permission to
# change its network interface (an instance principal, a managed identity, an instance profile).
set -eu
CLOUD=${CLOUD:-echo cloud:}
ADDRESS=10.0.0.4

echo "$HERALD_SERVICE: $HERALD_PREVIOUS_STATE -> $HERALD_STATE in ${HERALD_REGION:-one region}"

# OCI:   oci network vnic assign-private-ip --vnic-id ... --ip-address $ADDRESS --unassign-if-already-assigned
# AWS:   aws ec2 assign-private-ip-addresses --network-interface-id ... --private-ip-addresses $ADDRESS --allow-reassignment
# Azure: az network nic ip-config create --nic-name ... --name floating --private-ip-address $ADDRESS
$CLOUD assign $ADDRESS
