"""Values of openapi.yaml that the generator of the models does not write."""

VERSION = "0.1.0"
TOKEN_URL = "/oauth/token"
PATH = "/extension/{extension_id}/phone/"

CRITICAL = frozenset(['auth_type', 'external_number', 'geo_list', 'network_permission_group_id', 'static_reg_address', 'transfer_caller_id_number', 'vm_mailto', 'bundle'])
"""The properties whose change may do the most damage: `x-risk: critical` in the contract."""
