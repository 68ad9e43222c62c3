"""Loaded by each process of neutron-api before its first request.

Tables learn of each other only when the first query is made. Where that is a list of ports, as Nova's is, neutron answers 500
("type object 'Port' has no attribute 'port_forwardings'"), again and again until something else was asked.
"""
import neutron.cmd.eventlet  # noqa: F401 replaces parts of the standard library, which must come first
from neutron.db.migration.models import head  # noqa: F401 all tables
from sqlalchemy.orm import configure_mappers

configure_mappers()
