# Azure Route Server for herald: one region's Route Server with a peering for each appliance. Apply it once per
# region; docs/azure.md explains each step.

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }
  }
}

provider "azurerm" {
  features {}
}

variable "resource_group_name" {
  type = string
}

variable "location" {
  description = "As in [region.NAME] of herald.toml: northeurope."
  type        = string
}

variable "virtual_network_name" {
  type = string
}

variable "route_server_prefix" {
  description = "At least a /26 of the virtual network."
  type        = string
}

variable "appliances" {
  description = "By name: the private address of the appliance's network interface, with IP forwarding enabled."
  type        = map(string)
}

variable "herald_asn" {
  description = "local-as in herald.toml: a private one of 16 bits that Azure does not reserve."
  type        = number
  default     = 65010
}

# Azure knows the subnet by this name. Neither a network security group nor a route table belongs to it.
resource "azurerm_subnet" "route_server" {
  name                 = "RouteServerSubnet"
  resource_group_name  = var.resource_group_name
  virtual_network_name = var.virtual_network_name
  address_prefixes     = [var.route_server_prefix]
}

resource "azurerm_public_ip" "route_server" {
  name                = "herald-rs"
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_route_server" "herald" {
  name                             = "herald-rs"
  resource_group_name              = var.resource_group_name
  location                         = var.location
  sku                              = "Standard"
  public_ip_address_id             = azurerm_public_ip.route_server.id
  subnet_id                        = azurerm_subnet.route_server.id
  branch_to_branch_traffic_enabled = true # else ExpressRoute and VPN gateways never hear of it
}

resource "azurerm_route_server_bgp_connection" "herald" {
  for_each        = var.appliances
  name            = each.key
  route_server_id = azurerm_route_server.herald.id
  peer_asn        = var.herald_asn
  peer_ip         = each.value
}

output "neighbors" {
  description = "address in [neighbor.*] of herald.toml: both of them, in every appliance."
  value       = azurerm_route_server.herald.virtual_router_ips
}

output "peer_as" {
  value = azurerm_route_server.herald.virtual_router_asn
}
