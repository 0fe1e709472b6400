# AWS VPC Route Server for herald: a route server with two endpoints, a peer at each for every appliance,
# and its routes in the route tables. docs/aws.md explains each step.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "vpc_id" {
  type = string
}

variable "endpoint_subnet_ids" {
  description = "The subnets of the endpoints, two at least: those of the appliances."
  type        = list(string)
}

variable "route_table_ids" {
  description = "The route tables that get the anycast address."
  type        = list(string)
}

variable "appliances" {
  description = "By name: the primary private address of the appliance's network interface."
  type        = map(string)
}

variable "appliance_security_group_id" {
  description = "The security group of the appliances' network interfaces."
  type        = string
}

variable "amazon_side_asn" {
  description = "peer-as in herald.toml."
  type        = number
  default     = 65001
}

variable "herald_asn" {
  description = "local-as in herald.toml."
  type        = number
  default     = 65010
}

locals {
  peers = merge([
    for index, subnet in var.endpoint_subnet_ids : {
      for name, address in var.appliances : "${name}-${index}" => {
        index   = index
        address = address
      }
    }
  ]...)
}

resource "aws_vpc_route_server" "herald" {
  amazon_side_asn = var.amazon_side_asn
  persist_routes  = "disable" # a withdrawn region must not live on
}

resource "aws_vpc_route_server_vpc_association" "herald" {
  route_server_id = aws_vpc_route_server.herald.route_server_id
  vpc_id          = var.vpc_id
}

resource "aws_vpc_route_server_endpoint" "herald" {
  count           = length(var.endpoint_subnet_ids)
  route_server_id = aws_vpc_route_server.herald.route_server_id
  subnet_id       = var.endpoint_subnet_ids[count.index]
  depends_on      = [aws_vpc_route_server_vpc_association.herald]
}

resource "aws_vpc_route_server_peer" "herald" {
  for_each                 = local.peers
  route_server_endpoint_id = aws_vpc_route_server_endpoint.herald[each.value.index].route_server_endpoint_id
  peer_address             = each.value.address

  bgp_options {
    peer_asn                = var.herald_asn
    peer_liveness_detection = "bfd"
  }
}

resource "aws_vpc_route_server_propagation" "herald" {
  count           = length(var.route_table_ids)
  route_server_id = aws_vpc_route_server.herald.route_server_id
  route_table_id  = var.route_table_ids[count.index]
  depends_on      = [aws_vpc_route_server_vpc_association.herald]
}

# BFD comes from the endpoints without being asked; BGP is the appliance's own connection.
resource "aws_vpc_security_group_ingress_rule" "bfd" {
  count             = length(var.endpoint_subnet_ids)
  security_group_id = var.appliance_security_group_id
  ip_protocol       = "udp"
  from_port         = 3784
  to_port           = 3784
  cidr_ipv4         = "${aws_vpc_route_server_endpoint.herald[count.index].eni_address}/32"
}

output "neighbors" {
  description = "address in [neighbor.*] of herald.toml, one for each endpoint."
  value       = aws_vpc_route_server_endpoint.herald[*].eni_address
}
