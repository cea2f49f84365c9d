"""The platform for other programs: keys with scopes, records in, findings and studies out, Open311 requests in."""
